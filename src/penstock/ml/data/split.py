"""Splits by hash: a row's place follows from its content alone, in SQL and in Python alike.

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
A split has a range of positions as wide as its fraction; the ranges follow each other in the order of
the splits' names. So the result depends on no order of rows, columns or splits, and on no layout of files;
equal rows go the same way.
"""

from __future__ import annotations

import hashlib
import math
import struct
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from penstock.core.error import DataError, closest
from penstock.ml.data.connection import quote_name

if TYPE_CHECKING:
    import pyarrow as pa

POSITIONS = 1 << 60
"""Number of positions of a row."""

_WHOLE_LIMIT = 1 << 53
_TOLERANCE = Fraction(1, 10**9)


def split_row(row: Mapping[str, Any], fractions: Mapping[str, float], *, key: str = "") -> str:
    """Name of the split that a row belongs to.

    Parameters
    ----------
    row : mapping of str to value
        All columns, as Python values.
    fractions : mapping of str to float
        Positive parts by name, 1 in all.
    key : str
        Rows with the same value in this column stay together; empty for the whole row.

    Raises
    ------
    DataError
        If the fractions are wrong, the key is no column, or a value is a list or a struct.

    Examples
    --------
    >>> split_row({"id": 7, "fare": 2.5}, {"train": 0.8, "eval": 0.2})
    'train'
    """
    ranges = split_ranges(fractions)
    if key and key not in row:
        raise _no_key(key, list(row))
    place = position(row_text({key: row[key]} if key else row))
    return next(name for name, (low, high) in ranges.items() if low <= place < high)


def split_query(schema: pa.Schema, fractions: Mapping[str, float], name: str, *, key: str = "") -> str:
    """A SELECT over ``this`` that gives the rows of one split, in their order; agrees with `split_row`.

    Parameters
    ----------
    schema : pyarrow.Schema
        Of the rows.
    fractions, key
        See `split_row`.
    name : str
        The split.

    Raises
    ------
    DataError
        See `split_row`.
    """
    ranges = split_ranges(fractions)
    if name not in ranges:
        raise DataError(
            f"there is no split '{name}'; {closest(name, ranges)}", where="split", fix="use a name of the fractions"
        )
    if key and key not in schema.names:
        raise _no_key(key, schema.names)
    low, high = ranges[name]
    text = row_text_sql(schema, [key] if key else schema.names)
    place = f"('0x' || left(sha256({text}), 15))::bigint"
    return f"select * from this where {place} between {low} and {high - 1}"


def split_ranges(fractions: Mapping[str, float]) -> dict[str, tuple[int, int]]:
    """Range of positions of each split: first, and one past the last.

    Fractions count as the decimal numbers they are written as, so 0.8 is four fifths exactly.

    Raises
    ------
    DataError
        If there is none, one is not positive, or their sum is not 1.

    Examples
    --------
    >>> split_ranges({"train": 0.75, "eval": 0.25})["eval"] == (0, 2**58)
    True
    """
    parts = {name: Fraction(repr(float(part))) for name, part in sorted(fractions.items()) if math.isfinite(part)}
    is_whole = abs(sum(parts.values(), Fraction(0)) - 1) <= _TOLERANCE
    if len(parts) < len(fractions) or any(part <= 0 for part in parts.values()) or not is_whole:
        raise DataError(
            f"fractions {dict(fractions)} are not positive parts of 1",
            where="split",
            fix='give for instance {"train": 0.8, "eval": 0.2}',
        )
    ranges = {}
    reached, low = Fraction(0), 0
    for index, (name, part) in enumerate(parts.items()):
        reached += part
        high = POSITIONS if index == len(parts) - 1 else int(reached * POSITIONS)
        ranges[name] = (low, high)
        low = high
    return ranges


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


def row_text_sql(schema: pa.Schema, names: list[str]) -> str:
    """SQL expression for the canonical text of the columns ``names``."""
    texts = ", ".join(_text_sql(schema.field(name)) for name in sorted(names))
    # One list and one lambda, not an expression per field: ten thousand columns would take minutes to plan.
    field = "lambda x: coalesce(strlen(x) || ':' || x || ',', '-,')"
    return f"list_aggregate(list_transform([{texts}], {field}), 'string_agg', '')"


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


def _no_key(key: str, names: list[str]) -> DataError:
    return DataError(
        f"the key '{key}' is no column; {closest(key, names)}", where="split", fix="give the name of a column"
    )


def _no_text(name: str, kind: str) -> DataError:
    return DataError(
        f"column '{name}' is {kind}, which has no place in the hash of a row",
        where="split",
        fix="split by the value of a plain column: key='...'",
    )
