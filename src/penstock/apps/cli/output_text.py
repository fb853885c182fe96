"""An output of a run on one line; of small figures the figures themselves."""

from __future__ import annotations

import json

from penstock.apps.cli.blob_content import content
from penstock.apps.cli.format import json_text, value_text
from penstock.core.artifact import ArtifactRef, Value
from penstock.core.error import NotFoundError, StoreError
from penstock.core.protocol import BlobStore

_KINDS = ("Metrics", "Evaluation")
_MAX_FIGURES = 6
_MAX_BYTES = 10_000


def output_text(value: Value, blobs: BlobStore) -> str:
    """A value on one line; figures are read and shown.

    Parameters
    ----------
    value : Value
    blobs : BlobStore
    """
    text = value_text(value)
    if isinstance(value, ArtifactRef) and value.kind in _KINDS and value.size_bytes <= _MAX_BYTES:
        figures = _figures(value, blobs)
        return f"{figures}  ({text})" if figures else text
    return text


def _figures(ref: ArtifactRef, blobs: BlobStore) -> str:
    """The figures of Metrics; nothing where they cannot be read: to say so is the store check's business."""
    try:
        data = json.loads(content(blobs.fetch(ref.digest)).read_text(encoding="utf-8"))
    except (StoreError, NotFoundError, OSError, ValueError):
        return ""
    if isinstance(data, dict) and isinstance(data.get("metrics"), dict):
        data = data["metrics"]
    if not isinstance(data, dict):
        return ""
    plain = {name: value for name, value in data.items() if isinstance(value, (int, float, str))}
    shown = [f"{name}={json_text(value, limit=20)}" for name, value in list(plain.items())[:_MAX_FIGURES]]
    return " ".join(shown) + (" ..." if shown and len(shown) < len(data) else "")
