"""The statistics of all rows, out of what a caller gives as statistics."""

from __future__ import annotations

from typing import Any

from penstock.core.error import DataError
from penstock.ml.data.metadata.statistics import DatasetStatistics, StatisticsList

NAMES = ("", "All Examples")
"""Names of the statistics of all rows where there are those of slices too: Penstock's and TFDV's."""


def all_rows(statistics: Any, *, where: str, what: str = "the statistics") -> DatasetStatistics:
    """The statistics of all rows among those of slices.

    Parameters
    ----------
    statistics : Statistics, StatisticsList or DatasetStatistics
    where : str
        Who asks: ``validate()``.
    what : str
        What to call them in messages, where a call takes several.

    Raises
    ------
    DataError
        If something else is given, or there are none of all rows.
    """
    message = getattr(statistics, "message", statistics)
    if isinstance(message, DatasetStatistics):
        return message
    if not isinstance(message, StatisticsList):
        raise DataError(
            f"a value of type {type(statistics).__name__} is given as {what}",
            where=where,
            fix="give Statistics: compute them with Statistics.of(data), or load saved ones with Statistics.load(path)",
        )
    datasets = message.datasets
    if len(datasets) == 1:
        return datasets[0]
    for dataset in datasets:
        if dataset.name in NAMES:
            return dataset
    names = ", ".join(repr(found.name) for found in datasets[:10]) or "none at all"
    raise DataError(
        f"there are no statistics of all rows in {what}; those of: {names}",
        where=where,
        fix="compute statistics of all rows, not of slices alone",
    )
