"""Compares the statistics of two data sets: how far each feature has moved, by every measure that applies."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

# Not lazily: the functions have the names of their modules, which would hide them once imported.
from penstock.ml.data.drift.jensen_shannon import jensen_shannon
from penstock.ml.data.drift.l_infinity import l_infinity
from penstock.ml.data.drift.normalized_abs_difference import normalized_abs_difference

if TYPE_CHECKING:
    from penstock.ml.data.drift.comparison import Comparison
    from penstock.ml.data.drift.pairing import compare

__all__ = ["Comparison", "compare", "jensen_shannon", "l_infinity", "normalized_abs_difference"]

_MODULE_OF = {"Comparison": "penstock.ml.data.drift.comparison", "compare": "penstock.ml.data.drift.pairing"}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULE_OF[name]), name)
