"""Counts crosses of columns while rows pass by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from penstock.core.error import DataError, closest
from penstock.ml.data.statistics.cross import cross_of, merge_crosses
from penstock.ml.data.statistics.options import StatisticsOptions
from penstock.ml.data.statistics.scan.row_weight import weights_of
from penstock.ml.data.statistics.state import CrossState
from penstock.ml.data.stream import open_stream

_ROWS = 1 << 16


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

    @property
    def crosses(self) -> dict[tuple[str, str], CrossState]:
        """What was taken in, by pair."""
        return {pair: parts[0] for pair, parts in self._parts.items()}


def read_crosses(data: Any, options: StatisticsOptions) -> dict[tuple[str, str], CrossState]:
    """The crosses of a data set, in a pass of its own over their columns.

    Parameters
    ----------
    data : Dataset, or anything with ``__arrow_c_stream__`` that can be read again
    options : StatisticsOptions
    """
    where = repr(data)
    reader = CrossReader(options, data.schema, where)
    for table in _tables(data.scan(columns=reader.columns)):
        reader.add(table)
    return reader.crosses


def passing_crosses(data: Any, options: StatisticsOptions) -> tuple[pa.RecordBatchReader, CrossReader]:
    """A stream with the same rows, and what takes their crosses while it is read."""
    where = f"a {type(data).__name__}"
    stream = open_stream(data, where=where)
    reader = CrossReader(options, stream.schema, where)

    def batches() -> Iterator[pa.RecordBatch]:
        for batch in stream:
            for start in range(0, batch.num_rows, _ROWS):
                reader.add(pa.Table.from_batches([batch.slice(start, _ROWS)]))
            yield batch

    return pa.RecordBatchReader.from_batches(stream.schema, batches()), reader


def _tables(stream: pa.RecordBatchReader) -> Iterator[pa.Table]:
    for batch in stream:
        for start in range(0, batch.num_rows, _ROWS):
            yield pa.Table.from_batches([batch.slice(start, _ROWS)])
