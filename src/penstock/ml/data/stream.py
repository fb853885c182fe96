"""Anything tabular as one stream of record batches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from penstock.core.error import DataError

if TYPE_CHECKING:
    import pyarrow as pa


def open_stream(rows: Any, *, where: str) -> pa.RecordBatchReader:
    """A record-batch reader over a table of any library.

    Parameters
    ----------
    rows : anything with ``__arrow_c_stream__``
        A Dataset, Arrow table or reader, pandas or Polars frame, DuckDB relation.
    where : str
        For the message.

    Raises
    ------
    DataError
        If it is no table.
    """
    import pyarrow as pa

    if isinstance(rows, pa.RecordBatchReader):
        return rows
    # An error inside a Python stream loses its class on the way through the C interface; scan() keeps it.
    if hasattr(rows, "scan"):
        return rows.scan()
    if hasattr(rows, "to_arrow_reader"):
        return rows.to_arrow_reader(65_536)
    if not hasattr(rows, "__arrow_c_stream__"):
        raise DataError(
            f"{type(rows).__module__}.{type(rows).__qualname__} is no table",
            where=where,
            fix="give an Arrow table or reader, a pandas or Polars frame, a DuckDB relation or a Dataset",
        )
    return pa.RecordBatchReader.from_stream(rows)


def as_table(rows: Any, *, where: str) -> pa.Table:
    """Rows in memory: a table of any library, a sequence of mappings, or one mapping.

    Raises
    ------
    DataError
        If it is none of these, or the values of a column do not fit together.
    """
    import pyarrow as pa

    if isinstance(rows, pa.Table):
        return rows
    if isinstance(rows, Mapping):
        rows = [rows]
    if isinstance(rows, Sequence) and all(isinstance(row, Mapping) for row in rows):
        names = list(dict.fromkeys(name for row in rows for name in row))
        try:
            return pa.table({name: [row.get(name) for row in rows] for name in names})
        except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
            raise DataError(
                f"the rows do not form a table: {error}",
                where=where,
                fix="give each column values of one type, or None",
            ) from error
    return open_stream(rows, where=where).read_all()


def guarded(
    batches: Iterator[pa.RecordBatch], schema: pa.Schema, failures: tuple[type[Exception], ...], where: str, fix: str
) -> pa.RecordBatchReader:
    """A reader whose failures while streaming are told in our form."""
    import pyarrow as pa

    def stream() -> Iterator[pa.RecordBatch]:
        try:
            yield from batches
        except failures as error:
            raise DataError(str(error).splitlines()[0], where=where, fix=fix) from error

    return pa.RecordBatchReader.from_batches(schema, stream())
