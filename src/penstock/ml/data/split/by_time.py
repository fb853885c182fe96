"""Splits by time: what came first to learn from, what came later to judge by.

A split holds the rows from its boundary up to the next one. Rows of one moment are never torn apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from penstock.core.error import DataError, closest
from penstock.ml.data.connection import quote_name, quote_text
from penstock.ml.data.split.by_hash import cumulative

if TYPE_CHECKING:
    import pyarrow as pa

    from penstock.ml.data.dataset import Dataset

_WHERE = "split by time"


@dataclass(frozen=True)
class TimeSplit:
    """By a column that orders the rows in time; a `Splitter`. Give fractions or boundaries.

    Parameters
    ----------
    column : str
        Dates, timestamps or numbers; no value may be missing.
    fractions : mapping of str to float
        Positive parts, 1 in all, from the earliest split to the latest. A boundary is put at that change of the time
        which comes closest to the fraction; of two as close, the earlier.
    boundaries : mapping of str to str, int or float
        Where each split but one begins: a number, or a date or timestamp in ISO form. The one that ``fractions`` or
        ``first`` names besides holds what comes before.
    first : str
        Name of the split before all boundaries.
    gap : float
        Rows closer than this before a boundary are in no split: in seconds for dates and timestamps, else in the
        column's own unit.
    """

    column: str
    fractions: Mapping[str, float] = field(default_factory=dict)
    boundaries: Mapping[str, str | float] = field(default_factory=dict)
    first: str = "train"
    gap: float = 0

    def queries(self, data: Dataset) -> dict[str, str]:
        """A SELECT over ``this`` for each split; the column is read once.

        Raises
        ------
        DataError
            If the column is none, no time or has missing values, or a split would be empty.
        """
        name = _checked_column(data.schema, self.column)
        if not (self.gap >= 0) or self.gap == float("inf"):
            raise DataError(f"the gap is {self.gap}", where=_WHERE, fix="give a number that is not negative")
        if bool(self.fractions) == bool(self.boundaries):
            raise DataError(
                "either fractions or boundaries say where splits begin",
                where=_WHERE,
                fix='give one of them, for instance boundaries={"eval": "2026-01-01"}',
            )
        _check_values(data, self.column)
        starts = self._given(data) if self.boundaries else self._found(data)
        return self._ranges(name, starts, _gap_sql(data.schema.field(self.column).type, self.gap))

    def _ranges(self, name: str, starts: dict[str, str], gap: str) -> dict[str, str]:
        names = list(starts)
        queries = {}
        for index, split in enumerate(names):
            parts = [f"{name} >= {starts[split]}"] if index else []
            if index + 1 < len(names):
                parts.append(f"{name} < {starts[names[index + 1]]}{gap}")
            queries[split] = f"select * from this where {' and '.join(parts) or 'true'}"
        return queries

    def _given(self, data: Dataset) -> dict[str, str]:
        """SQL of each split's first moment, in the order of time."""
        kind = _sql_type(data.schema.field(self.column).type)
        texts = [f"({quote_text(str(start))})::{kind}" for start in self.boundaries.values()]
        moments = f"[{', '.join(texts)}]"
        query = f"select list_grade_up({moments}) as places, len(list_distinct({moments})) as different from (select 1)"
        found = data.sql(query).to_arrow().to_pylist()[0]
        if found["different"] < len(texts) or self.first in self.boundaries:
            raise DataError(
                f"boundaries {dict(self.boundaries)} are not different, or also name '{self.first}'",
                where=_WHERE,
                fix="give each split but the first a moment of its own",
            )
        names = list(self.boundaries)
        return {self.first: "", **{names[place - 1]: texts[place - 1] for place in found["places"]}}

    def _found(self, data: Dataset) -> dict[str, str]:
        """SQL of each split's first moment: the change of time nearest to its fraction."""
        reached = cumulative(self.fractions)
        name, kind = quote_name(self.column), _sql_type(data.schema.field(self.column).type)
        shares = list(reached.values())[:-1]
        # Rows before each moment against the wanted number, in whole numbers: no rounding decides.
        distances = (f"min_by(moment, (abs(before * {s.denominator} - total * {s.numerator}), moment))" for s in shares)
        query = f"""
            select {", ".join([f"({distance})::varchar" for distance in distances] or ["null"])} from (
                select moment, sum(n) over (order by moment) - n as before, sum(n) over () as total
                from (select {name} as moment, count(*)::hugeint as n from this group by all)
            ) where before > 0"""
        found = list(data.sql(query).to_arrow().to_pylist()[0].values())[: len(shares)]
        if None in found or len(set(found)) < len(found):
            raise DataError(
                f"column '{self.column}' has too few different times for {len(reached)} splits",
                where=_WHERE,
                fix="use fewer splits, or split by hash",
            )
        starts = (f"({quote_text(text)})::{kind}" for text in found)
        return {split: "" if index == 0 else next(starts) for index, split in enumerate(reached)}


def _checked_column(schema: pa.Schema, column: str) -> str:
    import pyarrow as pa

    if column not in schema.names:
        raise DataError(
            f"the time '{column}' is no column; {closest(column, schema.names)}" if column else "there is no time",
            where=_WHERE,
            fix="name the column with the time: key='...'",
        )
    kind, types = schema.field(column).type, pa.types
    if not any(test(kind) for test in (types.is_temporal, types.is_integer, types.is_floating, types.is_decimal)):
        raise DataError(
            f"column '{column}' is {kind}, which is no time",
            where=_WHERE,
            fix="read it as date, timestamp or number: stages.ingest(..., types={...})",
        )
    return quote_name(column)


def _check_values(data: Dataset, column: str) -> None:
    import pyarrow as pa

    name = quote_name(column)
    is_nan = f" or isnan({name})" if pa.types.is_floating(data.schema.field(column).type) else ""
    missing = data.sql(f"select 1 from this where {name} is null{is_nan}").num_rows
    if missing:
        raise DataError(
            f"the time '{column}' is missing in {missing} rows", where=_WHERE, fix="leave these rows out before"
        )


def _sql_type(kind: pa.DataType) -> str:
    import pyarrow as pa

    if pa.types.is_timestamp(kind):
        return "timestamptz" if kind.tz else "timestamp_ns" if kind.unit == "ns" else "timestamp"
    if pa.types.is_date(kind):
        return "date"
    if pa.types.is_time(kind):
        return "time"
    if pa.types.is_decimal(kind):
        return f"decimal({kind.precision}, {kind.scale})"
    return "double" if pa.types.is_floating(kind) else "hugeint"


def _gap_sql(kind: pa.DataType, gap: float) -> str:
    """What is taken off a boundary, in SQL."""
    import pyarrow as pa

    if not gap:
        return ""
    return f" - to_microseconds({round(gap * 1_000_000)})" if pa.types.is_temporal(kind) else f" - {gap!r}"
