"""Turns rows, a label and splits into findings: what gives the label away, and what the splits share."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from penstock.ml.data.leakage.find import LeakageOptions, find_leakage
    from penstock.ml.data.leakage.leakage import Finding, Leakage

__all__ = ["Finding", "Leakage", "LeakageOptions", "find_leakage"]

_MODULE_OF = {
    "Finding": "penstock.ml.data.leakage.leakage",
    "Leakage": "penstock.ml.data.leakage.leakage",
    "LeakageOptions": "penstock.ml.data.leakage.find",
    "find_leakage": "penstock.ml.data.leakage.find",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULE_OF[name]), name)
