"""Compares the statistics of two data sets: how far each feature has moved, by every measure that applies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from penstock.core.lazy import lazily

if TYPE_CHECKING:
    from penstock.ml.data.drift.comparison import Comparison
    from penstock.ml.data.drift.pairing import compare

__all__ = ["Comparison", "compare"]

__getattr__ = lazily(
    __name__,
    {
        "comparison": ("Comparison",),
        "pairing": ("compare",),
    },
)
