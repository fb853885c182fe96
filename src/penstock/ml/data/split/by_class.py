"""Stratified splits: each class is divided in the same proportion, as exactly as whole rows allow.

Within a class the rows are in the order of their positions (`penstock.ml.data.split.row_text`), and the splits follow
each other in the order of their names. A boundary is put between two positions, where the number of rows before it
comes closest to the fraction; of two as close, the earlier. So rows that are equal in everything stay together, the
numbers are within one row of exact where no rows are equal, and neither order nor layout of the rows counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from penstock.core.error import DataError
from penstock.ml.data.split.by_hash import cumulative, key_columns
from penstock.ml.data.split.row_text import POSITIONS, position_sql

if TYPE_CHECKING:
    from penstock.ml.data.dataset import Dataset

MAX_CLASSES = 1000
"""More different classes than this are no classes."""

_WHERE = "split by class"


@dataclass(frozen=True)
class StratifiedSplit:
    """By position within each class; a `Splitter`.

    Parameters
    ----------
    fractions : mapping of str to float
        Positive parts by name, 1 in all.
    column : str or sequence of str
        The class; of several columns, the combinations of their values. Missing is a class of its own.
    """

    fractions: Mapping[str, float]
    column: str | Sequence[str]

    def queries(self, data: Dataset) -> dict[str, str]:
        """A SELECT over ``this`` for each split; the rows are read once to count the classes.

        Raises
        ------
        DataError
            If the class is no column or has more than `MAX_CLASSES` values, or the rows hold lists or structs.
        """
        if not self.column:
            raise DataError("there is no class", where=_WHERE, fix="name the column with the class: key='...'")
        place = position_sql(data.schema, data.schema.names)
        label = position_sql(data.schema, key_columns(self.column, data.schema.names))
        reached = cumulative(dict(sorted(self.fractions.items())))
        bounds = data.sql(_bounds_query(label, place, list(reached.values())[:-1])).to_arrow()
        if bounds.num_rows > MAX_CLASSES:
            raise DataError(
                f"there are more than {MAX_CLASSES} classes",
                where=_WHERE,
                fix="name a column with few different values; to keep groups together split by hash of a key",
            )
        lasts = [str(column.to_pylist()) for column in bounds.columns[1:]]
        mine = f"list_position({bounds['label'].to_pylist()}::bigint[], {label})"
        edges = ["-1", *(f"({last}::bigint[])[{mine}]" for last in lasts), str(POSITIONS)]
        return {
            name: f"select * from this where {place} > {edges[index]} and {place} <= {edges[index + 1]}"
            for index, name in enumerate(reached)
        }


def _bounds_query(label: str, place: str, shares: Sequence[Fraction]) -> str:
    """Of each class, the last position before each boundary; -1 where all rows come after it."""
    edges = []
    for index, share in enumerate(shares):
        far = f"abs(upto * {share.denominator} - total * {share.numerator})"
        near = f"min_by(place, ({far}, upto))"
        edges.append(f"case when min({far}) < any_value(total) * {share.numerator} then {near} else -1 end as e{index}")
    return f"""
        select {", ".join(["label", *edges])} from (
            select label, place, sum(n) over (partition by label order by place) as upto,
                sum(n) over (partition by label) as total
            from (select {label} as label, {place} as place, count(*) as n from this group by all)
        ) group by label order by label limit {MAX_CLASSES + 1}"""
