"""Turns rows, a label and splits into findings: what gives the label away, and what the splits share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from penstock.core.lazy import lazily

if TYPE_CHECKING:
    from penstock.ml.data.leakage.find import LeakageOptions, find_leakage
    from penstock.ml.data.leakage.leakage import Finding, Leakage

__all__ = ["Finding", "Leakage", "LeakageOptions", "find_leakage"]

__getattr__ = lazily(
    __name__,
    {
        "find": ("LeakageOptions", "find_leakage"),
        "leakage": ("Finding", "Leakage"),
    },
)
