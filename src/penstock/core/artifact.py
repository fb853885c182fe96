"""What a step's output holds: a JSON value inline, or a reference to an immutable artifact."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

KINDS = (
    "Dataset",
    "Statistics",
    "Schema",
    "Anomalies",
    "Transform",
    "Model",
    "Metrics",
    "Evaluation",
    "Report",
    "File",
)


@dataclass(frozen=True, slots=True)
class ArtifactRef:
    """Reference to an artifact; the bytes stay in the blob store.

    Parameters
    ----------
    kind : str
        One of ``KINDS``.
    digest : str
        Digest of the artifact's manifest; its address.
    size_bytes : int
        Sum of the sizes of its files.
    """

    kind: str
    digest: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Inline:
    """A JSON value that travels with the metadata."""

    json: Any


@dataclass(frozen=True, slots=True)
class Gathered:
    """The values of a mapped step or of a list of outputs, in order."""

    items: tuple[Value, ...]


Value = Inline | ArtifactRef | Gathered


def value_to_json(value: Value) -> dict[str, Any]:
    """JSON form of a value; `value_from_json` reads it back.

    Examples
    --------
    >>> value_to_json(Inline(3))
    {'value': 3}
    """
    if isinstance(value, Inline):
        return {"value": value.json}
    if isinstance(value, Gathered):
        return {"items": [value_to_json(item) for item in value.items]}
    return {"kind": value.kind, "digest": value.digest, "size_bytes": value.size_bytes}


def value_from_json(data: dict[str, Any]) -> Value:
    """Read what `value_to_json` wrote."""
    if "value" in data:
        return Inline(data["value"])
    if "items" in data:
        return Gathered(tuple(value_from_json(item) for item in data["items"]))
    return ArtifactRef(data["kind"], data["digest"], data["size_bytes"])


def artifacts_in(value: Value) -> Iterator[ArtifactRef]:
    """Every artifact that a value refers to, in order."""
    if isinstance(value, ArtifactRef):
        yield value
    elif isinstance(value, Gathered):
        for item in value.items:
            yield from artifacts_in(item)
