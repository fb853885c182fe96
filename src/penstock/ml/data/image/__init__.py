"""Turns image files into plain columns: size, colour, what is broken, and a hash that near-duplicates share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from penstock.core.lazy import lazily

if TYPE_CHECKING:
    from penstock.ml.data.image.image_hash import MAX_DISTANCE, perceptual_hash
    from penstock.ml.data.image.near_duplicate import near_duplicates, nearest_hashes
    from penstock.ml.data.image.table import image_table

__all__ = ["MAX_DISTANCE", "image_table", "near_duplicates", "nearest_hashes", "perceptual_hash"]

__getattr__ = lazily(
    __name__,
    {
        "image_hash": ("MAX_DISTANCE", "perceptual_hash"),
        "near_duplicate": ("near_duplicates", "nearest_hashes"),
        "table": ("image_table",),
    },
)
