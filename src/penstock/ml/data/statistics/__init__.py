"""Turns rows into statistics that can be merged, saved and compared: exact sums, counts and their view."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from penstock.ml.data.statistics.options import StatisticsOptions
    from penstock.ml.data.statistics.statistics import Statistics

__all__ = ["Statistics", "StatisticsOptions"]

_MODULE_OF = {
    "Statistics": "penstock.ml.data.statistics.statistics",
    "StatisticsOptions": "penstock.ml.data.statistics.options",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULE_OF[name]), name)
