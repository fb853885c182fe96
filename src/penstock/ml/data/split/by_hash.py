"""Splits by hash: a row's place follows from its content alone, in SQL and in Python alike.

A split has a range of positions (`penstock.ml.data.split.row_text`) as wide as its fraction; the ranges follow each
other in the order of the splits' names. So the result depends on no order of rows, columns or splits, and on no
layout of files; equal rows go the same way, and so do rows with equal keys.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from penstock.core.error import DataError, closest
from penstock.ml.data.split.row_text import POSITIONS, position, position_sql, row_text

if TYPE_CHECKING:
    import pyarrow as pa

    from penstock.ml.data.dataset import Dataset

_TOLERANCE = Fraction(1, 10**9)


@dataclass(frozen=True)
class HashSplit:
    """By a hash of the row or of key columns; a `Splitter`.

    Parameters
    ----------
    fractions : mapping of str to float
        Positive parts by name, 1 in all.
    key : str or sequence of str
        Rows with the same values in these columns stay together: no group is in two splits. Empty for the whole row.
    """

    fractions: Mapping[str, float]
    key: str | Sequence[str] = ""

    def queries(self, data: Dataset) -> dict[str, str]:
        """A SELECT over ``this`` for each split; nothing is read."""
        return {name: split_query(data.schema, self.fractions, name, key=self.key) for name in self.fractions}


def split_row(row: Mapping[str, Any], fractions: Mapping[str, float], *, key: str | Sequence[str] = "") -> str:
    """Name of the split that a row belongs to.

    Parameters
    ----------
    row : mapping of str to value
        All columns, as Python values.
    fractions : mapping of str to float
        Positive parts by name, 1 in all.
    key : str or sequence of str
        Rows with the same values in these columns stay together; empty for the whole row.

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
    place = position(row_text({name: row[name] for name in key_columns(key, list(row))}))
    return next(name for name, (low, high) in ranges.items() if low <= place < high)


def split_query(schema: pa.Schema, fractions: Mapping[str, float], name: str, *, key: str | Sequence[str] = "") -> str:
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
    low, high = ranges[name]
    place = position_sql(schema, key_columns(key, schema.names))
    return f"select * from this where {place} between {low} and {high - 1}"


def split_ranges(fractions: Mapping[str, float]) -> dict[str, tuple[int, int]]:
    """Range of positions of each split: first, and one past the last, in the order of the names.

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
    reached = cumulative(dict(sorted(fractions.items())))
    edges = [0, *(int(share * POSITIONS) for share in reached.values())]
    return {name: (edges[index], edges[index + 1]) for index, name in enumerate(reached)}


def cumulative(fractions: Mapping[str, float]) -> dict[str, Fraction]:
    """The part of the whole that is reached with each split, in the given order; the last reaches 1.

    Raises
    ------
    DataError
        See `split_ranges`.
    """
    parts = {name: Fraction(repr(float(part))) for name, part in fractions.items() if math.isfinite(part)}
    is_whole = abs(sum(parts.values(), Fraction(0)) - 1) <= _TOLERANCE
    if len(parts) < len(fractions) or any(part <= 0 for part in parts.values()) or not is_whole:
        raise DataError(
            f"fractions {dict(fractions)} are not positive parts of 1",
            where="split",
            fix='give for instance {"train": 0.8, "eval": 0.2}',
        )
    reached, result = Fraction(0), {}
    for name, part in parts.items():
        reached += part
        result[name] = reached
    result[name] = Fraction(1)
    return result


def key_columns(key: str | Sequence[str], known: Sequence[str]) -> list[str]:
    """The columns that decide: those of the key, or all.

    Raises
    ------
    DataError
        If one is no column.
    """
    names = [key] if isinstance(key, str) else list(key)
    names = [name for name in dict.fromkeys(names) if name]
    for name in names:
        if name not in known:
            raise DataError(
                f"the key '{name}' is no column; {closest(name, known)}",
                where="split",
                fix="give the name of a column",
            )
    return names or list(known)
