"""Turns rows into statistics that can be merged, saved and compared: exact sums, counts and their view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from penstock.core.lazy import lazily

if TYPE_CHECKING:
    from penstock.ml.data.statistics.options import StatisticsOptions
    from penstock.ml.data.statistics.statistics import Statistics

__all__ = ["Statistics", "StatisticsOptions"]

__getattr__ = lazily(
    __name__,
    {
        "options": ("StatisticsOptions",),
        "statistics": ("Statistics",),
    },
)
