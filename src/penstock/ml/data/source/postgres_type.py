"""PostgreSQL's types as Arrow's: what the driver cannot say is asked for as text, numbers become numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from penstock.core.error import DataError
from penstock.ml.data.connection import quote_name
from penstock.ml.data.source.sql_number import number_column, number_type

if TYPE_CHECKING:
    import pyarrow as pa

_TYPE = b"POSTGRESQL:type"
_MODIFIER = b"POSTGRESQL:typmod"
_SQL_CASTS = {"bpchar": "text", "interval": "text", "json": "text", "jsonb": "text", "money": "numeric", "oid": "int8"}
# What the driver makes of infinity: the server's largest and smallest number, moved from 2000 to 1970 and wrapped.
_INFINITE_DAYS = (-(1 << 31) + 10_956, -(1 << 31) + 10_957)
_INFINITE_MICROSECONDS = (-(1 << 63) + 946_684_799_999_999, -(1 << 63) + 946_684_800_000_000)
_HEADER = 4  # PostgreSQL adds it to every type modifier
_MASK = 0x7FF


def select_list(schema: pa.Schema) -> str:
    """Columns of the query over ``q`` that the driver translates without loss.

    Ranges, networks, geometry, intervals, uuid, json, composite types and the like come as text in PostgreSQL's own
    form, padded text without the padding, money as a number.
    """
    return ", ".join(_expression(field) for field in schema)


def _expression(field: pa.Field) -> str:
    name = quote_name(field.name)
    cast = _cast(field)
    return f"q.{name}::{cast} AS {name}" if cast else f"q.{name}"


def _cast(field: pa.Field) -> str:
    import pyarrow as pa

    known = _type_name(field)
    if known in _SQL_CASTS:
        return _SQL_CASTS[known]
    if pa.types.is_list(field.type):
        inner = _cast(field.type.value_field)
        return inner + "[]" if inner and not inner.endswith("]") else inner
    # A record's fields have numbers as names and types that the driver does not know.
    is_strange = isinstance(field.type, pa.BaseExtensionType) or pa.types.is_struct(field.type)
    return "text" if is_strange and known != "numeric" else ""


def _type_name(field: pa.Field) -> str:
    return ((field.metadata or {}).get(_TYPE) or b"").decode()


def array_columns(schema: pa.Schema) -> list[str]:
    """Names of the columns that hold arrays."""
    import pyarrow as pa

    return [field.name for field in schema if pa.types.is_list(field.type)]


def final_schema(schema: pa.Schema) -> pa.Schema:
    """The schema of the rows that are given, from that of the driver's."""
    import pyarrow as pa

    return pa.schema([pa.field(field.name, _final_type(field)) for field in schema])


def _final_type(field: pa.Field) -> pa.DataType:
    import pyarrow as pa

    if _type_name(field) == "numeric":
        modifier = int((field.metadata or {}).get(_MODIFIER, b"-1")) - _HEADER
        scale = modifier & _MASK
        return number_type(modifier >> 16, scale) if modifier >= 0 and scale < 1024 else pa.float64()
    if pa.types.is_list(field.type):
        return pa.list_(_final_type(field.type.value_field))
    return field.type.storage_type if isinstance(field.type, pa.BaseExtensionType) else field.type


def final_column(column: pa.Array, kind: pa.DataType, *, name: str, where: str) -> pa.Array:
    """A column of the driver in its final type.

    Raises
    ------
    DataError
        If a number does not fit, or a date or timestamp is infinite.
    """
    import pyarrow as pa

    if isinstance(column, pa.ExtensionArray):
        column = column.storage
    if pa.types.is_list(kind):
        values = final_column(column.values, kind.value_type, name=name, where=where)
        return pa.ListArray.from_arrays(column.offsets, values, mask=column.is_null() if column.null_count else None)
    if column.type == kind:
        _check_finite(column, name, where)
        return column
    if pa.types.is_string(column.type):
        return number_column(column, kind, name=name, where=where)
    return column.cast(kind)


def _check_finite(column: pa.Array, name: str, where: str) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_date32(column.type):
        numbers = pa.array(_INFINITE_DAYS, pa.int32())
    elif pa.types.is_timestamp(column.type):
        numbers = pa.array(_INFINITE_MICROSECONDS, pa.int64())
    else:
        return
    if pc.any(pc.is_in(column.view(numbers.type), value_set=numbers)).as_py():
        raise DataError(
            f"column '{name}' holds infinity, which is no {column.type}",
            where=where,
            fix=f"turn it into a missing value in the query: NULLIF({quote_name(name)}, 'infinity')",
        )
