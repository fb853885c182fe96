"""Slices: which rows of a table belong to which."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from penstock.core.error import DataError, closest
from penstock.ml.data.connection import check_expression, shorten, sql_error
from penstock.ml.data.statistics.options import StatisticsOptions
from penstock.ml.data.statistics.scan.cursor import Cursors

MAX_SLICES = 100
"""Values of a column that is sliced by, at most."""

_ROW_OPERATORS = {"PROJECTION", "FILTER", "PYTHON_ARROW_SCAN", "ARROW_SCAN"}
"""What a predicate over single rows is computed with; anything else looks at several rows."""


class Slicer:
    """Sorts rows into the slices that the options ask for.

    Parameters
    ----------
    options : StatisticsOptions
    schema : pyarrow.Schema
    where : str
        For messages.
    cursors : Cursors

    Raises
    ------
    DataError
        If a column is unknown or cannot be sliced by, or a predicate does not fit the columns.
    """

    def __init__(self, options: StatisticsOptions, schema: pa.Schema, where: str, cursors: Cursors) -> None:
        self._where = where
        self._cursors = cursors
        self._by_column = list(dict.fromkeys(name for name in options.slices if isinstance(name, str)))
        for name in self._by_column:
            _check_column(schema, name, where)
        pairs = [_value_slice(schema, item, where) for item in options.slices if not isinstance(item, str)]
        self._by_value = {title: (name, value) for title, name, value in pairs}
        self._predicates = options.sql_slices
        empty = _empty(schema) if self._predicates else None
        read = {column for name in self._predicates for column in self._columns_read(name, empty)}
        named = {*self._by_column, *(name for name, _ in self._by_value.values()), *read}
        self.columns = tuple(name for name in schema.names if name in named)
        """Columns that must be read to slice."""

    @property
    def names(self) -> list[str]:
        """Slices that are there even without a row."""
        return [*self._by_value, *self._predicates]

    def chosen(self, table: pa.Table) -> dict[str, np.ndarray]:
        """The slices that occur in a table, with the places of their rows in ascending order.

        Raises
        ------
        DataError
            If a predicate fails on a row, or is called like a slice by value.
        """
        found: dict[str, np.ndarray] = {}
        for name in self._by_column:
            found |= _by_value_of(name, table.column(name))
        for title, (name, value) in self._by_value.items():
            found[title] = np.flatnonzero(pc.equal(_plain(table.column(name)), value).fill_null(False))
        for title in self._predicates:
            if title in found:
                raise DataError(
                    f"two slices are called '{title}'", where=self._where, fix="rename the one in sql_slices"
                )
            found[title] = np.flatnonzero(self._answer(title, "", table.select(self.columns)).column(0))
        return found

    def check_number(self, names: Iterable[str]) -> None:
        """Refuse a column of too many values.

        Raises
        ------
        DataError
            If a column that is sliced by has more than `MAX_SLICES`.
        """
        found = list(names)
        for column in self._by_column:
            if sum(name.startswith(f"{column}=") for name in found) > MAX_SLICES + len(self._by_value):
                raise DataError(
                    f"column '{column}' has more than {MAX_SLICES} values to slice by",
                    where=self._where,
                    fix=f"slice by chosen values, slices=(('{column}', value), ...), or by a predicate in sql_slices",
                )

    def _answer(self, title: str, prefix: str, table: pa.Table) -> pa.Table:
        """What a predicate says of each row, or its plan."""
        predicate = self._predicates[title]
        query = f"{prefix} SELECT coalesce(({predicate})::BOOLEAN, false) AS chosen FROM given AS this"
        where = f"slice '{title}': {shorten(predicate)}"
        try:
            found = self._cursors.answer(query, table)
        except duckdb.Error as error:
            raise sql_error(error, where) from error
        if not prefix and found.num_rows != table.num_rows:
            raise _not_by_row(where)
        return found

    def _columns_read(self, title: str, empty: pa.Table | None) -> list[str]:
        if empty is None:
            return []
        predicate = self._predicates[title]
        check_expression(predicate, f"slice '{title}': {shorten(predicate)}")
        plan = self._answer(title, "EXPLAIN (FORMAT JSON)", empty)
        operators = list(_operators(json.loads(plan.column(1)[0].as_py())))
        if any(operator["name"].strip() not in _ROW_OPERATORS for operator in operators):
            raise _not_by_row(f"slice '{title}': {shorten(predicate)}")
        found = operators[-1]["extra_info"].get("Projections", [])
        return [_top_name(name, empty.schema.names) for name in ([found] if isinstance(found, str) else found)]


def _empty(schema: pa.Schema) -> pa.Table:
    """A table of no rows, without columns of types that Arrow itself cannot make or DuckDB cannot read."""
    is_known = [not (pa.types.is_union(field.type) or pa.types.is_run_end_encoded(field.type)) for field in schema]
    return pa.schema([field for field, known in zip(schema, is_known, strict=True) if known]).empty_table()


def _operators(plan: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for operator in plan:
        yield operator
        yield from _operators(operator["children"])


def _top_name(projected: str, names: list[str]) -> str:
    """The column of a projection, which may be of a field inside of it."""
    return max((name for name in names if projected == name or projected.startswith(f"{name}.")), key=len)


def _not_by_row(where: str) -> DataError:
    return DataError(
        "the predicate looks at more than one row",
        where=where,
        fix="decide by the columns of a row alone: no aggregates, windows or subqueries",
    )


def _check_column(schema: pa.Schema, name: str, where: str) -> None:
    if name not in schema.names:
        raise DataError(
            f"there is no column '{name}' to slice by; {closest(name, schema.names)}", where=where, fix="name a column"
        )
    kind, types = _plain_type(schema.field(name).type), pa.types
    is_text = types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind)
    if not (is_text or types.is_integer(kind) or types.is_boolean(kind) or types.is_date(kind)):
        raise DataError(
            f"column '{name}' is {kind}, which cannot be sliced by",
            where=where,
            fix="slice by text, whole numbers, booleans or dates, or by a predicate in sql_slices",
        )


def _value_slice(schema: pa.Schema, item: tuple[str, Any], where: str) -> tuple[str, str, pa.Scalar]:
    name, value = item
    _check_column(schema, name, where)
    kind = _plain_type(schema.field(name).type)
    try:
        scalar = pa.scalar(value).cast(kind)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
        raise DataError(
            f"{value!r} is no value of column '{name}', which is {kind}", where=where, fix="give a value of that type"
        ) from error
    return f"{name}={scalar.cast(pa.string()).as_py()}", name, scalar


def _plain_type(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(_plain_type(column.type)) if pa.types.is_dictionary(column.type) else column


def _by_value_of(name: str, column: pa.ChunkedArray) -> dict[str, np.ndarray]:
    codes = pc.dictionary_encode(_plain(column).combine_chunks())
    places = np.asarray(codes.indices.fill_null(-1))
    titles = codes.dictionary.cast(pa.string()).to_pylist()[: MAX_SLICES + 1]
    order = np.argsort(places, kind="stable")
    bounds = np.searchsorted(places[order], np.arange(len(titles) + 1))
    return {f"{name}={title}": order[bounds[code] : bounds[code + 1]] for code, title in enumerate(titles)}
