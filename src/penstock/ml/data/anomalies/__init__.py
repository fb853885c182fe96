"""Turns statistics and a schema into the anomalies of a data set: what, how grave, and in which rows."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from penstock.ml.data.anomalies.anomalies import Anomalies
    from penstock.ml.data.anomalies.finding import Finding, Row
    from penstock.ml.data.anomalies.validation import validate

__all__ = ["Anomalies", "Finding", "Row", "validate"]

_MODULE_OF = {"Anomalies": "anomalies", "Finding": "finding", "Row": "finding", "validate": "validation"}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
