"""Counts crosses of columns while rows pass by."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa

from penstock.core.error import DataError, closest
from penstock.ml.data.statistics.cross import cross_of, merge_crosses
from penstock.ml.data.statistics.options import StatisticsOptions
from penstock.ml.data.statistics.scan.row_weight import weights_of
from penstock.ml.data.statistics.state import DatasetState


class CrossReader:
    """Takes the crosses of rows.

    Parameters
    ----------
    options : StatisticsOptions
        Its ``cross`` and ``weight``.
    schema : pyarrow.Schema
    where : str
        For messages.

    Raises
    ------
    DataError
        If there is no such column, or its type cannot be crossed.
    """

    def __init__(self, options: StatisticsOptions, schema: pa.Schema, where: str) -> None:
        self._weight = options.weight
        self._where = where
        self._first_row = 0
        needed = [name for pair in options.cross for name in pair] + ([options.weight] if options.weight else [])
        for name in needed:
            if name not in schema.names:
                raise DataError(
                    f"there is no column '{name}' to be crossed; {closest(name, schema.names)}",
                    where=where,
                    fix="use one of its columns",
                )
        self.columns = list(dict.fromkeys(needed))
        nothing = schema.empty_table()
        weights = np.empty(0, dtype=np.int64) if options.weight else None
        # Pairs are sorted, so that their order does not follow the way of asking.
        self._parts = {(x, y): [cross_of(nothing, x, y, weights)] for x, y in sorted(set(options.cross))}

    def add(self, table: pa.Table) -> None:
        """Take in some rows."""
        weights = None
        if self._weight:
            place = f"{self._where}, column '{self._weight}'"
            weights = weights_of(table.column(self._weight), self._first_row, place)
        self._first_row += table.num_rows
        for (x, y), parts in self._parts.items():
            parts[:] = [merge_crosses([*parts, cross_of(table, x, y, weights)])]

    def result(self, whole: DatasetState) -> DatasetState:
        """The state of all rows, with the crosses that were taken in."""
        return replace(whole, crosses={pair: parts[0] for pair, parts in self._parts.items()})
