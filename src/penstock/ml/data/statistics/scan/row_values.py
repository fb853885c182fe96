"""Values of a column with the rows they belong to, whatever lists they stand in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from penstock.ml.data.statistics.scan.leaf import plain

NON_UTF8 = "__BYTES_VALUE__"
"""Stands for texts that are not UTF-8; as TFDV writes it."""


@dataclass(frozen=True, slots=True)
class RowValues:
    """Values that are present.

    Parameters
    ----------
    owners : ndarray of int64, shape (n,)
        Ascending: the row of each value.
    values : pyarrow.Array, shape (n,)
        Without nulls, in a type that Arrow computes with.
    is_present : ndarray of bool, shape (num_rows,)
        Rows whose outermost list, or value, is there.
    """

    owners: np.ndarray
    values: pa.Array
    is_present: np.ndarray


def row_values(column: pa.Array) -> RowValues:
    """The innermost values of a column, nulls left out."""
    values = plain(column)
    is_present = np.asarray(values.is_valid())
    owners = np.arange(len(values), dtype=np.int64)
    while True:
        if values.null_count:
            is_valid = np.asarray(values.is_valid())
            values, owners = values.drop_null(), owners[is_valid]
        if not is_list(values.type):
            return RowValues(owners, values, is_present)
        owners = np.repeat(owners, np.asarray(pc.list_value_length(values), dtype=np.int64))
        values = plain(values.flatten())


def column_at(table: pa.Table, path: tuple[str, ...]) -> pa.Array | None:
    """The column at a path; inside of structs one element for each struct that is there, None without such a column."""
    if path[0] not in table.schema.names:
        return None
    values = plain(joined(table.column(path[0])))
    for step in path[1:]:
        values = row_values(values).values
        if not pa.types.is_struct(values.type) or values.type.get_field_index(step) < 0:
            return None
        values = plain(values.flatten()[values.type.get_field_index(step)])
    return values


def joined(column: pa.ChunkedArray) -> pa.Array:
    """The chunks of a column as one array."""
    found = column.combine_chunks()
    return found if isinstance(found, pa.Array) else pa.concat_arrays(found.chunks)


def list_lengths(values: pa.Array) -> np.ndarray:
    """Number of values in each outermost list, 0 for null; 1 where a flat value is there."""
    if is_list(values.type):
        return np.asarray(pc.fill_null(pc.list_value_length(values), 0), dtype=np.int64)
    return np.asarray(values.is_valid(), dtype=np.int64)


def is_list(kind: pa.DataType) -> bool:
    """Whether it is a list as `plain` leaves it."""
    types = pa.types
    return bool(types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind))


def texts_of(values: pa.Array) -> pa.Array:
    """Texts or bytes as text; those that are not UTF-8 as `NON_UTF8`."""
    if isinstance(values, pa.DictionaryArray):
        values = values.dictionary_decode()
    try:
        # Through bytes, so that texts are checked as well: Arrow's readers of Parquet do not.
        return values.cast(pa.binary()).cast(pa.string())
    except pa.ArrowInvalid:
        return pa.array([_text(value) for value in values.cast(pa.binary()).to_pylist()], pa.string())


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return NON_UTF8
