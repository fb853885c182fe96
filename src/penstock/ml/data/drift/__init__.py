"""Compares the statistics of two data sets: how far each feature has moved, by every measure that applies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from penstock.core.lazy import lazily

if TYPE_CHECKING:
    from penstock.ml.data.drift.compare_statistics import compare
    from penstock.ml.data.drift.comparison import Comparison, Finding

__all__ = ["Comparison", "Finding", "compare"]

__getattr__ = lazily(
    __name__,
    {
        "compare_statistics": ("compare",),
        "comparison": ("Comparison", "Finding"),
    },
)
