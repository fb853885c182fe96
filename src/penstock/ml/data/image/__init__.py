"""Turns image files into plain columns: size, colour, what is broken, and a hash that near-duplicates share."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from penstock.ml.data.image.image_hash import MAX_DISTANCE, perceptual_hash
    from penstock.ml.data.image.near_duplicate import near_duplicates, nearest_hashes
    from penstock.ml.data.image.table import image_table

__all__ = ["MAX_DISTANCE", "image_table", "near_duplicates", "nearest_hashes", "perceptual_hash"]

_MODULE_OF = {
    "MAX_DISTANCE": "penstock.ml.data.image.image_hash",
    "image_table": "penstock.ml.data.image.table",
    "near_duplicates": "penstock.ml.data.image.near_duplicate",
    "nearest_hashes": "penstock.ml.data.image.near_duplicate",
    "perceptual_hash": "penstock.ml.data.image.image_hash",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULE_OF[name]), name)
