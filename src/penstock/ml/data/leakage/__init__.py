"""Turns rows, a label and splits into findings: what gives the label away, and what the splits share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from penstock.core.lazy import lazily

if TYPE_CHECKING:
    from penstock.ml.data.leakage.find import find_leakage
    from penstock.ml.data.leakage.leakage import Finding, Leakage
    from penstock.ml.data.leakage.options import LeakageOptions

__all__ = ["Finding", "Leakage", "LeakageOptions", "find_leakage"]

__getattr__ = lazily(
    __name__,
    {
        "find": ("find_leakage",),
        "leakage": ("Finding", "Leakage"),
        "options": ("LeakageOptions",),
    },
)
