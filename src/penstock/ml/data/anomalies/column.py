"""A feature's values in SQL: where they are in a row, and how deep inside of lists and structs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from penstock.ml.data.connection import quote_name, quote_text

Kind = Literal["text", "binary", "bool", "int", "float", "decimal", "date", "timestamp", "time", "struct", "other"]

VARIABLE = "v"
"""Name of an element in the lambdas of DuckDB."""


@dataclass(frozen=True, slots=True)
class Column:
    """Where a feature's values are.

    Parameters
    ----------
    sql : str
        Expression over one row.
    depth : int
        Lists around each value; 0 for a flat column.
    kind : str
        What the values are.
    is_inside_list : bool
        Whether it is a field of structs in a list; then the lists are flattened into one.
    """

    sql: str
    depth: int
    kind: Kind
    is_inside_list: bool = False

    def any_value(self, offends: Callable[[str], str]) -> str:
        """Whether some value offends, given the condition on one value."""
        if not self.depth:
            return f"{self.sql} is not null and ({offends(self.sql)})"
        condition = f"{VARIABLE} is not null and ({offends(VARIABLE)})"
        return f"len(list_filter({self.values}, lambda {VARIABLE}: {condition})) > 0"

    @property
    def values(self) -> str:
        """All values of a row as one list."""
        return _flattened(self.sql, self.depth) if self.depth else f"[{self.sql}]"

    @property
    def length(self) -> str:
        """Number of values in a row; 0 where there are none."""
        if not self.depth:
            return f"(case when {self.sql} is null then 0 else 1 end)"
        return f"coalesce(len({self.values}), 0)"

    @property
    def preview(self) -> str:
        """The row's value, cut where it is long."""
        if self.depth:
            return f"{self.sql}[1:20]"
        if self.kind == "binary":
            return f"left(hex({self.sql}), 64)"
        return f"left({self.sql}, 200)" if self.kind == "text" else self.sql


def find_column(schema: pa.Schema, path: tuple[str, ...]) -> Column | None:
    """The column of a path; None if there is none, or it has a type that nobody checks.

    Parameters
    ----------
    schema : pyarrow.Schema
        Of the data.
    path : tuple of str
        Of the feature.
    """
    if not path or schema.get_field_index(path[0]) < 0:
        return None
    sql, depth, inside = quote_name(path[0]), 0, False
    kind = schema.field(path[0]).type
    for step in path[1:]:
        levels, kind = _stripped(kind)
        if not pa.types.is_struct(kind) or kind.get_field_index(step) < 0:
            return None
        depth += levels
        inner = f"struct_extract({VARIABLE if depth else sql}, {quote_text(step)})"
        sql = f"list_transform({_flattened(sql, depth)}, lambda {VARIABLE}: {inner})" if depth else inner
        inside = inside or depth > 0
        depth = min(depth, 1)
        kind = kind.field(kind.get_field_index(step)).type
    levels, kind = _stripped(kind)
    return Column(sql, depth + levels, _kind(kind), inside)


def _flattened(sql: str, depth: int) -> str:
    return "flatten(" * (depth - 1) + sql + ")" * (depth - 1)


def _stripped(kind: pa.DataType) -> tuple[int, pa.DataType]:
    """Number of lists around a type, and what is inside of them."""
    levels = 0
    while _is_list(kind) or pa.types.is_dictionary(kind):
        levels += _is_list(kind)
        kind = kind.value_type
    return levels, kind


def _is_list(kind: pa.DataType) -> bool:
    types = pa.types
    return bool(
        types.is_list(kind)
        or types.is_large_list(kind)
        or types.is_fixed_size_list(kind)
        or types.is_list_view(kind)
        or types.is_large_list_view(kind)
    )


_KINDS: tuple[tuple[Kind, tuple[Callable[[pa.DataType], bool], ...]], ...] = (
    ("text", (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)),
    ("binary", (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_binary_view)),
    ("binary", (pa.types.is_fixed_size_binary,)),
    ("bool", (pa.types.is_boolean,)),
    ("int", (pa.types.is_integer,)),
    ("float", (pa.types.is_floating,)),
    ("decimal", (pa.types.is_decimal,)),
    ("date", (pa.types.is_date,)),
    ("timestamp", (pa.types.is_timestamp,)),
    ("time", (pa.types.is_time,)),
    ("struct", (pa.types.is_struct,)),
)


def _kind(kind: pa.DataType) -> Kind:
    return next((name for name, tests in _KINDS if any(test(kind) for test in tests)), "other")
