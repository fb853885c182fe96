"""One finding of a validation, with the rows that offend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from penstock.ml.data.metadata.anomaly_type import AnomalyType, Severity


@dataclass(frozen=True, slots=True)
class Row:
    """A row that offends.

    Parameters
    ----------
    row : int, optional
        Its position in the data set, from 0; None where a check in SQL does not select it.
    value : JSON value
        What the row has there; long texts are cut.
    """

    row: int | None
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One reason of an anomaly.

    It is about one data set and its schema; findings of `drift` are about two data sets, those of `leakage` about what
    a model should not know.

    Parameters
    ----------
    feature : str
        Path of the feature, ``trip.fare`` inside of a struct; empty for the whole data set.
    type : str
        TensorFlow Metadata's word for it.
    severity : str
        ``ERROR`` or ``WARNING``.
    short, description : str
        For people.
    rows : tuple of Row
        The first rows that offend.
    sql : str
        A query over ``this`` that finds them all; empty where there are none to find.
    num_rows : int, optional
        How many there are; None where they were not looked for.
    note : str
        Why there are no rows, or what they are.
    fix : str
        What can be done about it.
    """

    feature: str
    type: AnomalyType
    severity: Severity
    short: str
    description: str
    rows: tuple[Row, ...] = ()
    sql: str = ""
    num_rows: int | None = None
    note: str = ""
    fix: str = ""

    def __str__(self) -> str:
        return f"{self.feature or 'data set'}: {self.type}: {self.description}"
