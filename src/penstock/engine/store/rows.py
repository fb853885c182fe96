"""Records to rows and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
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


_VALUES = frozenset({"inputs", "outputs"})
_JSON = frozenset({"parameters", "properties", "key_parts", "reason"})


def _columns_of(record: type[RunRecord | ExecutionRecord], *others: str) -> tuple[str, ...]:
    """Fields that have a column of the same name; the ``others`` are kept in another way."""
    return tuple(field.name for field in fields(record) if field.name not in others)


_RUN = _columns_of(RunRecord, "run", "pipeline")
_EXECUTION = _columns_of(ExecutionRecord, "run")


def run_row(record: RunRecord) -> dict[str, Any]:
    """Columns of a run's context, without its parent."""
    return {"name": record.run, **_write(record, _RUN)}


def run_record(row: Row[Any]) -> RunRecord:
    """Read a run's row, which names its pipeline."""
    return RunRecord(run=row.name, pipeline=row.pipeline, **_read(row, _RUN))


def execution_row(record: ExecutionRecord, context_id: int) -> dict[str, Any]:
    """Columns of an execution."""
    source = str(record.key_parts.get("source", ""))
    return {"context_id": context_id, "source_digest": source, **_write(record, _EXECUTION)}


def execution_record(row: Row[Any]) -> ExecutionRecord:
    """Read an execution's row, which names its run."""
    return ExecutionRecord(run=row.run, **_read(row, _EXECUTION))


def _write(record: RunRecord | ExecutionRecord, columns: Iterable[str]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for name in columns:
        value = getattr(record, name)
        if name in _VALUES:
            value = to_text({port: value_to_json(one) for port, one in value.items()})
        row[name] = to_text(value) if name in _JSON else value
    return row


def _read(row: Row[Any], columns: Iterable[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in columns:
        value = getattr(row, name)
        if name in _VALUES:
            value = {port: value_from_json(data) for port, data in json.loads(value).items()}
        found[name] = json.loads(value) if name in _JSON else value
    return found


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
