"""BigQuery's types as Arrow's, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from penstock.core.error import DataError
from penstock.ml.data.source.sql_number import number_column, number_type

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

_NUMERIC_DIGITS, _NUMERIC_SCALE = 38, 9
_BIG_WHOLE = 38
"""Digits before the point of a BIGNUMERIC, and after it."""
_STRUCTS = ("RECORD", "STRUCT")
_NOT_IN_NAMES = set('!"$()*,./;?@[\\]^`{}~')
_LONGEST_NAME = 300


def arrow_schema(fields: Sequence[Any], *, where: str) -> pa.Schema:
    """Arrow columns for BigQuery's.

    NUMERIC is a decimal of 38 digits, 9 of them after the point, or of those declared. BIGNUMERIC is a decimal where
    at most 38 digits are declared, else a double. GEOGRAPHY is text (WKT), JSON text, RANGE a struct of ``start`` and
    ``end``, DATETIME a timestamp without, TIMESTAMP one with the zone UTC, INTERVAL text, ARRAY a list.

    Parameters
    ----------
    fields : sequence of google.cloud.bigquery.SchemaField

    Raises
    ------
    DataError
        If a type is unknown, or an INTERVAL stands inside of an array or struct.
    """
    import pyarrow as pa

    return pa.schema([pa.field(field.name, _arrow_type(field, where, is_inner=False)) for field in fields])


def _arrow_type(field: Any, where: str, *, is_inner: bool) -> pa.DataType:
    import pyarrow as pa

    name = field.field_type.upper()
    is_list = field.mode == "REPEATED"
    if name in _STRUCTS:
        parts = [pa.field(part.name, _arrow_type(part, where, is_inner=True)) for part in field.fields]
        kind = pa.struct(parts)
    elif name == "RANGE":
        bound = _scalar(field.range_element_type.element_type.upper())
        kind = pa.struct([("start", bound), ("end", bound)])
    elif name in ("NUMERIC", "DECIMAL"):
        kind = number_type(field.precision or _NUMERIC_DIGITS, field.scale or 0 if field.precision else _NUMERIC_SCALE)
    elif name in ("BIGNUMERIC", "BIGDECIMAL"):
        kind = number_type(field.precision or 0, field.scale or 0)
    else:
        kind = _scalar(name)
    if kind is None or (name == "INTERVAL" and (is_inner or is_list)):
        raise DataError(
            f"column '{field.name}' is {name}" + " inside of another type" * is_inner + ", which Arrow has no type for",
            where=where,
            fix="cast it in the query: CAST(... AS STRING)",
        )
    return pa.list_(kind) if is_list else kind


def _scalar(name: str) -> pa.DataType | None:
    import pyarrow as pa

    known = {
        **dict.fromkeys(("INTEGER", "INT64"), pa.int64()),
        **dict.fromkeys(("FLOAT", "FLOAT64"), pa.float64()),
        **dict.fromkeys(("BOOLEAN", "BOOL"), pa.bool_()),
        **dict.fromkeys(("STRING", "GEOGRAPHY", "JSON", "INTERVAL"), pa.string()),
        "BYTES": pa.binary(),
        "DATE": pa.date32(),
        "DATETIME": pa.timestamp("us"),
        "TIME": pa.time64("us"),
        "TIMESTAMP": pa.timestamp("us", "UTC"),
    }
    return known.get(name)


def interval_columns(fields: Sequence[Any]) -> list[str]:
    """Names of the columns that must be asked for as text."""
    return [field.name for field in fields if field.field_type.upper() == "INTERVAL" and field.mode != "REPEATED"]


def arrow_column(column: pa.Array, kind: pa.DataType, *, name: str, where: str) -> pa.Array:
    """A column that the client gives, in its type of `arrow_schema`.

    Raises
    ------
    DataError
        If a number does not fit.
    """
    import pyarrow as pa

    if isinstance(column, pa.ExtensionArray):
        column = column.storage
    if column.type == kind:
        return column
    missing = column.is_null() if column.null_count else None
    if pa.types.is_list(kind):
        values = arrow_column(column.values, kind.value_type, name=name, where=where)
        return pa.ListArray.from_arrays(column.offsets, values, mask=missing)
    if pa.types.is_struct(kind):
        parts = [
            arrow_column(column.field(index), part.type, name=f"{name}.{part.name}", where=where)
            for index, part in enumerate(kind)
        ]
        return pa.StructArray.from_arrays(parts, fields=list(kind), mask=missing)
    if pa.types.is_decimal(column.type) and pa.types.is_floating(kind):
        return number_column(column.cast(pa.string()), kind, name=name, where=where)
    return column.cast(kind)


def bigquery_fields(schema: pa.Schema, *, where: str) -> list[dict[str, Any]]:
    """BigQuery columns for Arrow's, as the REST service writes them.

    Decimals become NUMERIC where they fit, else BIGNUMERIC; timestamps with a zone TIMESTAMP, without one DATETIME.

    Raises
    ------
    DataError
        If BigQuery has no such type (lists of lists, maps, intervals, 64-bit unsigned integers, nanoseconds), a
        name has signs that it does not take, or two names differ in case only.
    """
    seen: dict[str, str] = {}
    for name in schema.names:
        if not name or len(name) > _LONGEST_NAME or _NOT_IN_NAMES & set(name):
            raise DataError(
                f"BigQuery takes no column named '{name}'", where=where, fix="rename it: letters, digits, _"
            )
        other = seen.setdefault(name.lower(), name)
        if other != name:
            raise DataError(
                f"columns '{other}' and '{name}' are one to BigQuery, which does not tell case",
                where=where,
                fix="rename one of them",
            )
    return [_bigquery_field(field.name, field.type, where) for field in schema]


def _bigquery_field(name: str, kind: pa.DataType, where: str) -> dict[str, Any]:
    import pyarrow as pa

    types = pa.types
    if types.is_list(kind) or types.is_large_list(kind):
        inner = _bigquery_field(name, kind.value_type, where)
        if inner["mode"] == "REPEATED":
            raise _no_type(name, kind, where)
        return inner | {"mode": "REPEATED"}
    field: dict[str, Any] = {"name": name, "type": _bigquery_type(name, kind, where), "mode": "NULLABLE"}
    if types.is_struct(kind):
        field["fields"] = [_bigquery_field(part.name, part.type, where) for part in kind]
    return field


def _bigquery_type(name: str, kind: pa.DataType, where: str) -> str:
    import pyarrow as pa

    types = pa.types
    if types.is_decimal(kind):
        whole = kind.precision - kind.scale
        if 0 <= kind.scale <= _NUMERIC_SCALE and whole <= _NUMERIC_DIGITS - _NUMERIC_SCALE:
            return "NUMERIC"
        if 0 <= kind.scale <= _BIG_WHOLE and whole <= _BIG_WHOLE:
            return "BIGNUMERIC"
    if types.is_timestamp(kind) and kind.unit != "ns":
        return "TIMESTAMP" if kind.tz else "DATETIME"
    tests = {
        "STRUCT": types.is_struct,
        "INT64": lambda one: types.is_integer(one) and one != pa.uint64(),
        "FLOAT64": types.is_floating,
        "BOOL": types.is_boolean,
        "STRING": lambda one: types.is_string(one) or types.is_large_string(one) or types.is_null(one),
        "BYTES": lambda one: types.is_binary(one) or types.is_large_binary(one) or types.is_fixed_size_binary(one),
        "DATE": types.is_date,
        "TIME": types.is_time,
    }
    found = next((result for result, test in tests.items() if test(kind)), "")
    if not found:
        raise _no_type(name, kind, where)
    return found


def _no_type(name: str, kind: pa.DataType, where: str) -> DataError:
    return DataError(
        f"column '{name}' is {kind}, which BigQuery has no type for",
        where=where,
        fix="cast it before: to text, a number, a timestamp in microseconds, or a list of plain values",
    )
