"""Types for the columns of SQLite, whose values each have their own."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from penstock.core.error import DataError
from penstock.ml.data.connection import quote_name

if TYPE_CHECKING:
    import pyarrow as pa

_EXACT = 1 << 53
# SQLite answers at most 2000 columns.
_COLUMNS_AT_ONCE = 150

_DIGITS = "[0-9][0-9]"
_DATE = f"{_DIGITS * 2}-{_DIGITS}-{_DIGITS}"
_CLOCK = f"[ T]{_DIGITS}:{_DIGITS}:{_DIGITS}"
_ZONE = f"[+-]{_DIGITS}:{_DIGITS}"

# Of one column, called {c}: how many values are of each kind, then what its texts are.
_COUNTS = (
    "count(*)",
    "sum(typeof({c}) = 'null')",
    "sum(typeof({c}) = 'integer')",
    "sum(typeof({c}) = 'real')",
    "sum(typeof({c}) = 'text')",
    f"sum(typeof({{c}}) = 'integer' AND ({{c}} > {_EXACT} OR {{c}} < -{_EXACT}))",
    f"sum(typeof({{c}}) = 'text' AND {{c}} GLOB '{_DATE}' AND date({{c}}, '+0 days') IS {{c}} AND {{c}} >= '0001')",
    "sum(typeof({c}) = 'text' AND {is_moment} AND {rest} = '')",
    "sum(typeof({c}) = 'text' AND {is_moment} AND {rest} <> '')",
)
# Without a modifier SQLite takes 30 February for a date.
_IS_MOMENT = (
    f"(substr({{c}}, 1, 19) GLOB '{_DATE}{_CLOCK}' AND {{c}} >= '0001' AND"
    " strftime('%Y-%m-%d %H:%M:%S', substr({c}, 1, 19), '+0 days') IS replace(substr({c}, 1, 19), 'T', ' ')"
    f" AND ({{rest}} IN ('', 'Z') OR {{rest}} GLOB '{_ZONE}' AND strftime('%s', {{c}}) IS NOT NULL))"
)
# What follows the seconds and their fraction of one to six digits; anything else is no zone.
_REST = (
    "(CASE WHEN substr({c}, 20, 1) <> '.' THEN substr({c}, 20)"
    " WHEN length(substr({c}, 21)) - length(ltrim(substr({c}, 21), '0123456789')) BETWEEN 1 AND 6"
    " THEN ltrim(substr({c}, 21), '0123456789') ELSE '?' END)"
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column and the one type that all its values have or take.

    Parameters
    ----------
    name : str
    type : pyarrow.DataType
        int64, double, string, binary, date32, or timestamp in microseconds.
    """

    name: str
    type: pa.DataType

    def array(self, values: Sequence[Any], *, where: str) -> pa.Array:
        """The values of some rows.

        Raises
        ------
        DataError
            If one does not fit: rows were written after the types were found.
        """
        import pyarrow as pa

        try:
            return pa.array(_converted(values, self.type), self.type)
        except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
            raise DataError(
                f"column '{self.name}' holds a value that is no {self.type}: {error}",
                where=where,
                fix="read it again; rows were written meanwhile",
            ) from error


def infer_columns(connection: sqlite3.Connection, query: str, names: Sequence[str], *, where: str) -> list[Column]:
    """The columns of a query with their types, by all rows.

    Raises
    ------
    DataError
        If a column mixes bytes with other values, or whole numbers over 2^53 with floating point.
    """
    found: list[Column] = []
    for start in range(0, len(names), _COLUMNS_AT_ONCE):
        some = names[start : start + _COLUMNS_AT_ONCE]
        counts = connection.execute(f"SELECT {', '.join(map(_questions, some))} FROM ({query})").fetchone()
        size = len(_COUNTS)
        for index, name in enumerate(some):
            one = [int(count or 0) for count in counts[index * size : (index + 1) * size]]
            found.append(Column(name, _type(name, one, where)))
    return found


def _questions(name: str) -> str:
    column = quote_name(name)
    rest = _REST.replace("{c}", column)
    is_moment = _IS_MOMENT.replace("{c}", column).replace("{rest}", rest)
    return ", ".join(
        text.replace("{c}", column).replace("{is_moment}", is_moment).replace("{rest}", rest) for text in _COUNTS
    )


def _type(name: str, counts: Sequence[int], where: str) -> pa.DataType:
    import pyarrow as pa

    rows, nulls, integers, reals, texts, large, dates, moments, instants = counts
    values = rows - nulls
    blobs = values - integers - reals - texts
    if blobs:
        if blobs < values:
            raise DataError(
                f"column '{name}' holds bytes in {blobs} of {values} values, numbers or text in the others",
                where=where,
                fix=f"cast it in the query: CAST({quote_name(name)} AS TEXT) AS {quote_name(name)}",
            )
        return pa.binary()
    if texts or not values:
        whole = {dates: pa.date32(), moments: pa.timestamp("us"), instants: pa.timestamp("us", "UTC")}
        return whole.get(values, pa.string()) if values else pa.string()
    if not reals:
        return pa.int64()
    if large:
        raise DataError(
            f"column '{name}' holds whole numbers over 2^53 ({large} of {values}) among floating point numbers",
            where=where,
            fix=f"cast it in the query: CAST({quote_name(name)} AS TEXT), or AS REAL where rounding does no harm",
        )
    return pa.float64()


def _converted(values: Sequence[Any], kind: pa.DataType) -> Sequence[Any]:
    import pyarrow as pa

    if pa.types.is_string(kind):
        return [value if value is None or isinstance(value, str) else _written(value) for value in values]
    if pa.types.is_date(kind):
        return [None if value is None else date.fromisoformat(value) for value in values]
    if pa.types.is_timestamp(kind):
        return [None if value is None else datetime.fromisoformat(value) for value in values]
    return values


def _written(value: Any) -> str:
    """A number as text, with all its digits."""
    if isinstance(value, (int, float)):
        return repr(value)
    raise TypeError(f"{type(value).__name__} in a column of text")
