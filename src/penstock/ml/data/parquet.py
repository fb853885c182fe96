"""Canonical Parquet: the same rows give the same bytes, whatever held them in memory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from penstock.core.error import DataError
from penstock.ml.data.stream import open_stream

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

FILE_NAME = "data.parquet"
"""The one file of a Dataset artifact."""

_SETTINGS = {"compression": "zstd", "compression_level": 3, "version": "2.6", "write_page_checksum": True}
_ROW_GROUP_CELLS = 1 << 24
_BATCH_CELLS = 1 << 22


def row_group_rows(columns: int) -> int:
    """Rows of a row group: a function of the number of columns only, so that wide tables stay in memory.

    Examples
    --------
    >>> row_group_rows(18), row_group_rows(10_000)
    (131072, 1677)
    """
    return max(1024, min(131_072, _ROW_GROUP_CELLS // max(columns, 1)))


def batch_rows(columns: int) -> int:
    """Rows of a record batch while streaming."""
    return max(256, min(65_536, _BATCH_CELLS // max(columns, 1)))


def write_parquet(rows: Any, path: Path, *, where: str = "") -> int:
    """Write a table as canonical Parquet, in memory bounded by a row group.

    Column types are narrowed to one form each: 32-bit text and lists, plain instead of dictionary values,
    timestamps in microseconds unless nanoseconds, instants in UTC, no metadata. Row groups, compression and
    encodings are fixed.

    Parameters
    ----------
    rows : anything with ``__arrow_c_stream__``
        Read once.
    path : Path
        The file to write.
    where : str
        For messages; the path by default.

    Returns
    -------
    int
        Number of rows.

    Raises
    ------
    DataError
        If a column's name repeats, there is no column, or a type has no place in Parquet.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    place = where or str(path)
    reader = open_stream(rows, where=place)
    schema = canonical_schema(reader.schema, where=place)
    count = 0
    try:
        with pq.ParquetWriter(path, schema, **_SETTINGS) as writer:
            for group in _row_groups(reader, schema):
                writer.write_table(group, row_group_size=group.num_rows)
                count += group.num_rows
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise DataError(
            f"a column cannot be stored as Parquet: {error}",
            where=place,
            fix="cast the column to a number, text, boolean, date, timestamp, list or struct",
        ) from error
    return count


def canonical_schema(schema: pa.Schema, *, where: str) -> pa.Schema:
    """The schema that a table is stored with.

    Raises
    ------
    DataError
        If a column's name repeats, or there is no column.
    """
    import pyarrow as pa

    if not schema.names:
        raise DataError("the table has no columns", where=where, fix="give it at least one column")
    repeated = sorted({name for name in schema.names if schema.names.count(name) > 1}) if _has_repeats(schema) else []
    if repeated:
        raise DataError(
            f"column '{repeated[0]}' appears {schema.names.count(repeated[0])} times",
            where=where,
            fix="rename the columns so that each name is used once",
        )
    return pa.schema([pa.field(field.name, canonical_type(field.type)) for field in schema])


def canonical_type(kind: pa.DataType) -> pa.DataType:
    """The one type that stands for all with the same values."""
    import pyarrow as pa

    types = pa.types
    if types.is_dictionary(kind):
        return canonical_type(kind.value_type)
    if types.is_large_string(kind) or types.is_string_view(kind):
        return pa.string()
    if types.is_large_binary(kind) or types.is_binary_view(kind):
        return pa.binary()
    if types.is_timestamp(kind):
        # An instant is the same in any zone, and DuckDB puts the session's own zone on it.
        return pa.timestamp("ns" if kind.unit == "ns" else "us", "UTC" if kind.tz else None)
    if types.is_date64(kind):
        return pa.date32()
    if types.is_time32(kind):
        return pa.time64("us")
    if types.is_list(kind) or types.is_large_list(kind) or types.is_list_view(kind) or types.is_large_list_view(kind):
        return pa.list_(canonical_type(kind.value_type))
    if types.is_struct(kind):
        return pa.struct([pa.field(field.name, canonical_type(field.type)) for field in kind])
    return kind


def _has_repeats(schema: pa.Schema) -> bool:
    return len(set(schema.names)) != len(schema.names)


def _row_groups(reader: pa.RecordBatchReader, schema: pa.Schema) -> Iterator[pa.Table]:
    """Tables of exactly one row group each, in one chunk per column: page borders follow chunks."""
    import pyarrow as pa

    size = row_group_rows(len(schema))
    waiting: list[pa.Table] = []
    rows = 0
    for batch in reader:
        table = pa.Table.from_batches([batch]).cast(schema)
        waiting.append(table)
        rows += table.num_rows
        while rows >= size:
            joined = pa.concat_tables(waiting)
            yield joined.slice(0, size).combine_chunks()
            waiting = [joined.slice(size)]
            rows -= size
    if rows:
        yield pa.concat_tables(waiting).combine_chunks()
