"""The canonical text of a row, and its position: the same in SQL and in Python.

The text of a value:

=============================  ==================================================================
null                           none; the field is ``-``
boolean                        ``true`` or ``false``
number that is a whole one     its decimal digits, whatever its type: ``1`` for 1, 1.0 and 1.00
other floating-point number    ``f`` and its value as float64: the bits, as a signed integer
NaN, infinities                ``nan``, ``inf``, ``-inf``
other decimal                  its digits without trailing zeros
text                           itself
bytes                          ``x`` and upper-case hexadecimal digits
date                           days since 1970-01-01
timestamp                      microseconds since 1970-01-01 (UTC where it has a zone), rounded down
time                           microseconds since midnight
=============================  ==================================================================

A field is ``LENGTH:TEXT,`` with the text's length in UTF-8 bytes, or ``-,`` for null. A row is the fields of its
columns in the order of their names (by code point), or of the key column alone. The row's *position* is the number
that the first 15 hexadecimal digits of the SHA-256 of that text spell, from 0 to 2^60 - 1.
"""

from __future__ import annotations

import hashlib
import math
import struct
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from penstock.core.error import DataError
from penstock.ml.data.connection import quote_name

if TYPE_CHECKING:
    import pyarrow as pa

POSITIONS = 1 << 60
"""Number of positions of a row."""

_WHOLE_LIMIT = 1 << 53


def position(text: str) -> int:
    """Place of a text from 0 to 2^60 - 1: the first 60 bits of its SHA-256."""
    return int(hashlib.sha256(text.encode()).hexdigest()[:15], 16)


def row_text(row: Mapping[str, Any]) -> str:
    """Canonical text of a row; the module's docstring defines it.

    Examples
    --------
    >>> row_text({"b": "x,y", "a": 1.0, "c": None})
    '1:1,3:x,y,-,'
    """
    return "".join(_field(name, row[name]) for name in sorted(row))


def row_text_sql(schema: pa.Schema, names: Iterable[str]) -> str:
    """SQL expression for the canonical text of the columns ``names``."""
    texts = ", ".join(_text_sql(schema.field(name)) for name in sorted(names))
    # One list and one lambda, not an expression per field: ten thousand columns would take minutes to plan.
    field = "lambda x: coalesce(strlen(x) || ':' || x || ',', '-,')"
    return f"list_aggregate(list_transform([{texts}], {field}), 'string_agg', '')"


def position_sql(schema: pa.Schema, names: Iterable[str]) -> str:
    """SQL expression for the position of a row by the columns ``names``; a BIGINT."""
    return f"('0x' || left(sha256({row_text_sql(schema, names)}), 15))::bigint"


def _field(name: str, value: Any) -> str:
    if value is None:
        return "-,"
    text = _text(name, value)
    return f"{len(text.encode())}:{text},"


def _text(name: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _float_text(value)
    if isinstance(value, Decimal):
        digits = format(value, "f")
        return _unsigned_zero(digits.rstrip("0").rstrip(".") if "." in digits else digits)
    if isinstance(value, bytes):
        return "x" + value.hex().upper()
    if isinstance(value, datetime):
        return str(_microseconds(value))
    if isinstance(value, date):
        return str(value.toordinal() - _EPOCH.toordinal())
    if isinstance(value, time):
        return str(((value.hour * 60 + value.minute) * 60 + value.second) * 1_000_000 + value.microsecond)
    raise _no_text(name, type(value).__name__)


_EPOCH = date(1970, 1, 1)


def _float_text(value: float) -> str:
    if not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    if value == math.trunc(value) and abs(value) < _WHOLE_LIMIT:
        return str(int(value))
    (bits,) = struct.unpack(">q", struct.pack(">d", value))
    return f"f{bits}"


def _unsigned_zero(digits: str) -> str:
    return "0" if digits == "-0" else digits


def _microseconds(value: datetime) -> int:
    naive = value if value.tzinfo is None else value.astimezone(UTC).replace(tzinfo=None)
    step = naive - datetime(1970, 1, 1)
    return (step.days * 86_400 + step.seconds) * 1_000_000 + step.microseconds


def _text_sql(field: pa.Field) -> str:
    import pyarrow as pa

    types, kind, name = pa.types, field.type, quote_name(field.name)
    if types.is_dictionary(kind):
        return _text_sql(pa.field(field.name, kind.value_type))
    if types.is_timestamp(kind) and kind.unit == "ns":
        return _NANOSECONDS.format(name)
    for is_kind, template in _TEMPLATES:
        if any(getattr(types, test)(kind) for test in is_kind.split()):
            return template.format(name)
    raise _no_text(field.name, str(kind))


_FLOAT = (
    "case when {0}::double = trunc({0}::double) "
    f"and abs({{0}}::double) < {_WHOLE_LIMIT} then {{0}}::bigint::varchar "
    "when isfinite({0}::double) then 'f' || {0}::double::bit::bigint::varchar "
    "when isnan({0}::double) then 'nan' when {0} > 0 then 'inf' when {0} < 0 then '-inf' end"
)
_DECIMAL = "case when contains({0}::varchar, '.') then rtrim(rtrim({0}::varchar, '0'), '.') else {0}::varchar end"
# DuckDB's own rounding of nanoseconds is towards zero.
_NANOSECONDS = "((epoch_ns({0}) - (epoch_ns({0}) % 1000 + 1000) % 1000) // 1000)::varchar"
# By tests of pyarrow.types; the first that holds decides.
_TEMPLATES = (
    ("is_string is_large_string is_string_view is_null is_integer is_boolean", "{0}::varchar"),
    ("is_floating", _FLOAT),
    ("is_decimal", _DECIMAL),
    ("is_binary is_large_binary is_binary_view", "'x' || hex({0})"),
    ("is_date", "datediff('day', date '1970-01-01', {0}::date)::varchar"),
    ("is_timestamp", "epoch_us({0})::varchar"),
    ("is_time", "epoch_us({0}::time)::varchar"),
)


def _no_text(name: str, kind: str) -> DataError:
    return DataError(
        f"column '{name}' is {kind}, which has no place in the hash of a row",
        where="split",
        fix="split by the value of a plain column: key='...'",
    )
