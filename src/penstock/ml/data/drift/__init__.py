"""Compares the statistics of two data sets: how far each feature has moved, by every measure that applies."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from penstock.ml.data.drift.comparison import Comparison
    from penstock.ml.data.drift.pairing import compare

__all__ = ["Comparison", "compare"]

_MODULE_OF = {"Comparison": "penstock.ml.data.drift.comparison", "compare": "penstock.ml.data.drift.pairing"}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULE_OF[name]), name)
