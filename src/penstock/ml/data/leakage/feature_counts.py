"""One feature as counts: how often each value occurs with each target, in each fold and split."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from penstock.ml.data.leakage.rows import Column, Rows

NO_VALUE, BLANK = 1, 2
"""How a value is missing: null or NaN; a text of blanks alone."""

_VALUES = {
    "number": "{0}::double",
    "integer": "{0}::double",
    "moment": "epoch_us({0}::timestamp)::double",
}
_MISSING = {
    "number": "({0} is null or isnan({0}::double))::int",
    "text": f"case when {{0}} is null then {NO_VALUE} when trim({{0}}) = '' then {BLANK} else 0 end",
}


@dataclass(frozen=True)
class FeatureCounts:
    """Counts over the sample; each entry is one combination that occurs.

    Parameters
    ----------
    column : Column
    values : ndarray, shape (num_values,)
        Different values that are present, ascending: numbers, or hashes of what has no order that means something.
    places : ndarray of int64, shape (n,)
        Place in ``values``; ``num_values`` where the value is null, one more where it is blank.
    fold, target, split, count : ndarray of int64, shape (n,)
        -1 where there is no target, or no split.
    """

    column: Column
    values: np.ndarray
    places: np.ndarray
    fold: np.ndarray
    target: np.ndarray
    split: np.ndarray
    count: np.ndarray

    @property
    def is_ordered(self) -> bool:
        """Whether the values are numbers or moments."""
        return self.column.kind in _VALUES

    @property
    def num_values(self) -> int:
        """Different values that are present."""
        return len(self.values)

    @property
    def is_missing(self) -> np.ndarray:
        """Whether each entry has no value."""
        missing: np.ndarray = self.places >= self.num_values
        return missing

    @property
    def mass(self) -> np.ndarray:
        """Rows with each value, and at the end those with none and with blanks; shape (num_values + 2,)."""
        return np.bincount(self.places, self.count, self.num_values + 2).astype(np.int64)

    def bins(self, number: int) -> np.ndarray:
        """Each entry's bin, for values in order; a value with a bin's share of the rows has one of its own.

        Returns
        -------
        ndarray of int64, shape (n,)
            0 to at most ``2 * number - 1``; then the two kinds of missing values.
        """
        mass = self.mass[:-2]
        total = max(1, int(mass.sum()))
        before = np.cumsum(mass) - mass
        own = 2 * (before * number // total) + (mass * number >= total)
        bins: np.ndarray = np.concatenate([own, [2 * number, 2 * number + 1]])[self.places]
        return bins


def feature_counts(rows: Rows, column: Column) -> FeatureCounts:
    """Count one feature in the sample."""
    missing = _MISSING.get(column.kind, "({0} is null)::int").format(column.alias)
    value = _VALUES.get(column.kind, "hash({0})").format(column.alias)
    query = f"""
        select {missing} as missing, case when {missing} = 0 then {value} else 0 end as value, fold,
            coalesce(target, -1) as target, coalesce(split, -1) as split, count(*) as n
        from sample group by all"""
    found = {name: np.ma.getdata(part) for name, part in rows.connection.execute(query).fetchnumpy().items()}
    is_present = found["missing"] == 0
    values, inverse = np.unique(found["value"][is_present], return_inverse=True)
    places = len(values) + found["missing"].astype(np.int64) - 1
    places[is_present] = inverse
    rest = (found[name].astype(np.int64) for name in ("fold", "target", "split", "n"))
    return FeatureCounts(column, values, places, *rest)
