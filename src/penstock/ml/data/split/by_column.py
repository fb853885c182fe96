"""Splits that the data bring along: a column says for each row which split it is in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from penstock.core.error import DataError, closest
from penstock.ml.data.connection import quote_name, quote_text

if TYPE_CHECKING:
    from penstock.ml.data.dataset import Dataset


@dataclass(frozen=True)
class ColumnSplit:
    """By a column whose values name the splits; a `Splitter`.

    Parameters
    ----------
    column : str
        Its values, as text, are names of splits.
    names : sequence of str
        The splits; each row is in one of them.
    """

    column: str
    names: Sequence[str]

    def queries(self, data: Dataset) -> dict[str, str]:
        """A SELECT over ``this`` for each split; the column is read once.

        Raises
        ------
        DataError
            If it is no column, or a row is in none of the splits.
        """
        where = "split by column"
        if self.column not in data.schema.names:
            raise DataError(
                f"the split '{self.column}' is no column; {closest(self.column, data.schema.names)}",
                where=where,
                fix="name the column with the names of the splits: key='...'",
            )
        name = f"{quote_name(self.column)}::varchar"
        found = data.sql(f"select {name} as value, count(*) as n from this group by value order by value").to_arrow()
        counts = dict(zip(found["value"].to_pylist(), found["n"].to_pylist(), strict=True))
        odd = {value: n for value, n in counts.items() if value not in self.names}
        if odd:
            shown = ", ".join("no value" if value is None else f"'{value}'" for value in list(odd)[:5])
            raise DataError(
                f"{sum(odd.values())} rows are in no split: column '{self.column}' has {shown}",
                where=where,
                fix=f"leave these rows out, or rename the values to {', '.join(self.names)}",
            )
        return {split: f"select * from this where {name} = {quote_text(split)}" for split in self.names}
