"""The cache key of an execution: everything its result depends on, by named part.

The parts are kept beside the key, so that `why` can say which one changed.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from penstock.core.artifact import ArtifactRef, Gathered, Inline, Value
from penstock.core.canonical import PREFIX, canonical_json, digest_bytes, digest_of
from penstock.core.error import DataError, PenstockError, StepError, closest
from penstock.core.graph import Node
from penstock.core.signature import PATH, PortType

FORMAT = 1
_INLINE_CHARS = 200


@dataclass(frozen=True, slots=True)
class CacheKey:
    """A key and its parts; an empty digest means that nothing may be reused."""

    digest: str
    parts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """What the keys of a run need to know of its steps.

    Parameters
    ----------
    source : callable
        Digest of the source closure of a node's step.
    external : mapping of str to callable
        Fingerprint functions of steps that read from outside, by node.
    where : str
        The pipeline, for messages.
    root : Path
        The project's folder: declared files are looked for there first, then in the current folder.
    """

    source: Callable[[Node], str]
    external: Mapping[str, Callable[..., str]]
    where: str
    root: Path = Path()

    def file(self, name: str) -> Path:
        """The place of a declared file."""
        return place if (place := self.root / name).exists() else Path(name)


def cache_key(node: Node, inputs: Mapping[str, Value], facts: KeyFacts) -> CacheKey:
    """Key of one execution.

    Parameters
    ----------
    node : Node
    inputs : mapping of str to Value
        Bound values.
    facts : KeyFacts

    Raises
    ------
    DataError
        If a file that the key covers does not exist.
    StepError
        If the step's fingerprint function fails.
    """
    where = f"{facts.where}, step '{node.name}'"
    parts: dict[str, Any] = {
        "format": FORMAT,
        "source": facts.source(node),
        "signature": _signature(node),
        "inputs": {port.name: _input_part(inputs[port.name], port.type, where) for port in node.inputs},
    }
    if node.policy.env:
        parts["environment"] = {name: _text_digest(os.environ.get(name)) for name in node.policy.env}
    if node.policy.files:
        parts["files"] = {name: content_digest(facts.file(name), where) for name in node.policy.files}
    if node.policy.requirements or node.policy.image:
        parts["container"] = {"requirements": list(node.policy.requirements), "image": node.policy.image}
    is_cached = node.policy.is_cached
    if node.name in facts.external:
        parts["external"] = _external(facts.external[node.name], inputs, where)
        is_cached = is_cached and bool(parts["external"])
    return CacheKey(digest_of(parts) if is_cached else "", parts)


def _external(fingerprint: Callable[..., str], inputs: Mapping[str, Value], where: str) -> str:
    """What a step says of the data that it reads from outside."""
    try:
        return fingerprint(**{name: value.json for name, value in inputs.items() if isinstance(value, Inline)})
    except PenstockError:
        raise
    except Exception as error:  # boundary: step
        raise StepError(
            f"the fingerprint of what the step reads failed: {type(error).__name__}: {error}",
            where=where,
            fix="correct the function given as fingerprint=, or let it return '' to read anew every time",
        ) from error


def fresh_key(known: CacheKey, node: Node, inputs: Mapping[str, Value], facts: KeyFacts) -> CacheKey:
    """The key as it is now, where it covers what can change meanwhile; else the one that is known.

    Raises
    ------
    DataError
        If a file that the key covers does not exist any more.
    """
    is_volatile = (
        "files" in known.parts
        or "external" in known.parts
        or any(port.type.kind == PATH and isinstance(inputs[port.name], Inline) for port in node.inputs)
    )
    return cache_key(node, inputs, facts) if is_volatile else known


def _signature(node: Node) -> dict[str, Any]:
    """Types and scalars: the same function gives other artifacts under other annotations."""
    return {
        "inputs": {port.name: str(port.type) for port in node.inputs},
        "outputs": {port.name: [str(port.type), *port.scalars] for port in node.outputs},
    }


def _input_part(value: Value, kind: PortType, where: str) -> Any:
    if isinstance(value, ArtifactRef):
        return {"artifact": value.digest}
    if isinstance(value, Gathered):
        return [_input_part(item, kind, where) for item in value.items]
    if kind.kind == PATH and value.json is not None:
        paths = value.json if isinstance(value.json, list) else [value.json]
        return {"content": [content_digest(Path(path), where) for path in paths]}
    text = canonical_json(value.json)
    return {"value": value.json} if len(text) <= _INLINE_CHARS else {"digest": digest_bytes(text.encode())}


def _text_digest(text: str | None) -> str:
    return "" if text is None else digest_bytes(os.fsencode(text))


def content_digest(path: Path, where: str) -> str:
    """Digest of a file's bytes, or of a folder's file names and bytes.

    Raises
    ------
    DataError
        If the path does not exist or cannot be read.
    """
    try:
        if path.is_dir():
            files = sorted(item for item in path.rglob("*") if item.is_file())
            return digest_of([[_name_digest(item.relative_to(path)), _file_digest(item)] for item in files])
        return _file_digest(path)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise DataError(f"{path} cannot be read: {why}", where=where, fix=_nearby(path)) from error


def _nearby(path: Path) -> str:
    try:
        names = os.listdir(path.parent)
    except (OSError, ValueError):
        names = []
    return f"give a path that exists and may be read; {closest(path.name, names)}"


def _name_digest(path: Path) -> str:
    # A name need not be valid UTF-8.
    return digest_bytes(os.fsencode(path))


def _file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return PREFIX + hashlib.file_digest(file, "sha256").hexdigest()


def key_differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Sentences about the parts of two keys that differ, the source aside.

    Parameters
    ----------
    old, new : mapping
        ``CacheKey.parts`` of the earlier and of the later execution.
    """
    for part in ("inputs", "environment", "files"):
        before, after = old.get(part, {}), new.get(part, {})
        for name in sorted({*before, *after}):
            if before.get(name) != after.get(name):
                yield _sentence(part, name, before.get(name), after.get(name))
    for part, text in (
        ("signature", "the types of its inputs or outputs changed"),
        ("external", "the data that it reads from outside changed"),
        ("container", "its requirements or image changed"),
        ("format", "the key is made in another way by this version of Penstock"),
    ):
        if old.get(part) != new.get(part):
            yield text


def _sentence(part: str, name: str, before: Any, after: Any) -> str:
    if part == "environment":
        return f"environment variable {name} changed"
    if part == "files":
        return f"file {name} changed"
    if isinstance(before, dict) and isinstance(after, dict) and "value" in before and "value" in after:
        return f"parameter '{name}' changed from {before['value']!r} to {after['value']!r}"
    return f"input '{name}' changed"
