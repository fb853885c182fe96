"""Turns statistics and a schema into the anomalies of a data set: what, how grave, and in which rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from penstock.core.lazy import lazily

if TYPE_CHECKING:
    from penstock.ml.data.anomalies.anomalies import Anomalies
    from penstock.ml.data.anomalies.finding import Finding, Row
    from penstock.ml.data.anomalies.validation import validate

__all__ = ["Anomalies", "Finding", "Row", "validate"]

__getattr__ = lazily(
    __name__,
    {
        "anomalies": ("Anomalies",),
        "finding": ("Finding", "Row"),
        "validation": ("validate",),
    },
)
