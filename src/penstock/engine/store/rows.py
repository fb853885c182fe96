"""Records to rows and back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy.engine import Row

from penstock.core.artifact import ArtifactRef, Gathered, Value, value_from_json, value_to_json
from penstock.core.canonical import canonical_json
from penstock.core.record import ExecutionRecord, RunRecord


def to_text(value: Any) -> str:
    """Canonical JSON that every database can hold."""
    if not value and isinstance(value, Mapping):
        return "{}"
    text = canonical_json(value)
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            # Lone surrogates (undecodable file names in messages) survive only as escapes.
            return json.dumps(value, sort_keys=True, separators=(",", ":"))
    return text


def plain_text(text: str) -> str:
    """Text that every database can hold; what none can (NUL, lone surrogates) as escapes."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")


def _values_to_text(values: Mapping[str, Value]) -> str:
    return to_text({name: value_to_json(value) for name, value in values.items()})


def _values_from_text(text: str) -> dict[str, Value]:
    return {name: value_from_json(data) for name, data in json.loads(text).items()}


def run_row(record: RunRecord) -> dict[str, Any]:
    """Columns of a run's context, without its parent."""
    return {
        "name": record.run,
        "state": record.state,
        "graph_digest": record.graph_digest,
        "package_digest": record.package_digest,
        "parameters": to_text(record.parameters),
        "outputs": _values_to_text(record.outputs),
        "created_us": record.created_us,
        "finished_us": record.finished_us,
        "duration_s": record.duration_s,
        "properties": to_text(record.properties),
    }


def run_record(row: Row[Any]) -> RunRecord:
    """Read a run's row, which names its pipeline."""
    return RunRecord(
        run=row.name,
        pipeline=row.pipeline,
        state=row.state,
        graph_digest=row.graph_digest,
        package_digest=row.package_digest,
        parameters=json.loads(row.parameters),
        outputs=_values_from_text(row.outputs),
        created_us=row.created_us,
        finished_us=row.finished_us,
        duration_s=row.duration_s,
        properties=json.loads(row.properties),
    )


def execution_row(record: ExecutionRecord, context_id: int) -> dict[str, Any]:
    """Columns of an execution."""
    return {
        "context_id": context_id,
        "step": record.step,
        "item": record.item,
        "attempt": record.attempt,
        "state": record.state,
        "cache_key": record.cache_key,
        "key_parts": to_text(record.key_parts),
        "source_digest": str(record.key_parts.get("source", "")),
        "inputs": _values_to_text(record.inputs),
        "outputs": _values_to_text(record.outputs),
        "started_us": record.started_us,
        "duration_s": record.duration_s,
        "cached_from": record.cached_from,
        "reason": to_text(record.reason),
        "properties": to_text(record.properties),
    }


def execution_record(row: Row[Any]) -> ExecutionRecord:
    """Read an execution's row, which names its run."""
    return ExecutionRecord(
        run=row.run,
        step=row.step,
        item=row.item,
        attempt=row.attempt,
        state=row.state,
        cache_key=row.cache_key,
        key_parts=json.loads(row.key_parts),
        inputs=_values_from_text(row.inputs),
        outputs=_values_from_text(row.outputs),
        started_us=row.started_us,
        duration_s=row.duration_s,
        cached_from=row.cached_from,
        reason=json.loads(row.reason),
        properties=json.loads(row.properties),
    )


def artifact_paths(values: Mapping[str, Value]) -> Iterator[tuple[str, ArtifactRef]]:
    """Every artifact in port values, with its place: ``port`` or ``port[2]``.

    Examples
    --------
    >>> both = Gathered((ArtifactRef("Model", "sha256:a", 1), ArtifactRef("Model", "sha256:b", 1)))
    >>> [path for path, _ in artifact_paths({"models": both})]
    ['models[0]', 'models[1]']
    """
    for name, value in values.items():
        yield from _walk(name, value)


def _walk(path: str, value: Value) -> Iterator[tuple[str, ArtifactRef]]:
    if isinstance(value, ArtifactRef):
        yield path, value
    elif isinstance(value, Gathered):
        for index, item in enumerate(value.items):
            yield from _walk(f"{path}[{index}]", item)
