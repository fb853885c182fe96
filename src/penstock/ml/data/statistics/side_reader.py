"""What is counted of some columns beside the scan of all of them: in one pass of its own, or while rows pass by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import pyarrow as pa

from penstock.ml.data.dataset import Dataset
from penstock.ml.data.statistics.state import DatasetState

_ROWS = 1 << 16


class SideReader(Protocol):
    """Takes rows, and knows what they add to the state of the data set.

    Attributes
    ----------
    columns : list of str
        Those it looks at.
    """

    columns: list[str]

    def add(self, table: pa.Table) -> None:
        """Take in some rows; the table has at least the reader's columns."""

    def result(self, whole: DatasetState) -> DatasetState:
        """The state of all rows, with what was taken in."""


def read_beside(data: Dataset, readers: Sequence[SideReader]) -> None:
    """Give readers the rows of a data set: one pass for all of them, over the columns that they look at.

    Parameters
    ----------
    data : Dataset
    readers : sequence of SideReader
        Without one that looks at a column, nothing is read.
    """
    wanted = {name for reader in readers for name in reader.columns}
    if not wanted:
        return
    for batch in data.scan(columns=[name for name in data.schema.names if name in wanted]):
        _add(readers, batch)


def passing(stream: pa.RecordBatchReader, readers: Sequence[SideReader]) -> pa.RecordBatchReader:
    """A stream with the same rows, which readers take while it is read."""

    def batches() -> Iterator[pa.RecordBatch]:
        for batch in stream:
            _add(readers, batch)
            yield batch

    return pa.RecordBatchReader.from_batches(stream.schema, batches())


def _add(readers: Sequence[SideReader], batch: pa.RecordBatch) -> None:
    for start in range(0, batch.num_rows, _ROWS):
        table = pa.Table.from_batches([batch.slice(start, _ROWS)])
        for reader in readers:
            reader.add(table)
