"""Features that tell the splits apart: other values, other shares, or missing in one split more than in another.

Two things must hold: chance must not explain it (a p-value, corrected for the number of features and splits), and
it must be large enough to matter. So a random split stays silent whatever its size.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from penstock.ml.data.leakage.feature_counts import FeatureCounts
from penstock.ml.data.leakage.leakage import Finding, Kind
from penstock.ml.data.leakage.significance import chi_square_p

if TYPE_CHECKING:
    from penstock.ml.data.leakage.rows import Rows

P_VALUE = 0.001
"""Of all features together."""

MIN_DISTANCE = 0.1
"""Least total variation between two splits' distributions."""

MIN_MISSING = 0.02
"""Least difference of the shares that are missing."""

MIN_NEW = 0.01
"""Least share of rows with values that the reference lacks, beyond what is to be expected."""

_BINS = 20
_MIN_EXPECTED = 5
_NAMES = ("missing", "empty or blank")


@dataclass(frozen=True)
class _Pair:
    """Rows of the reference and of another split by group, and what they are called."""

    feature: str
    reference: str
    other: str
    tests: int


def split_shifts(rows: Rows, counts: FeatureCounts, num_features: int) -> Iterator[Finding]:
    """How one feature differs between the reference and each other split."""
    # Moments differ between splits by time, and that is meant.
    if counts.column.kind == "moment":
        return
    names = list(rows.splits)
    for code in range(1, len(names)):
        pair = _Pair(counts.column.name, names[0], names[code], num_features * (len(names) - 1) * 3)
        sides = [counts.split == side for side in (0, code)]
        if all(counts.count[side].sum() >= _MIN_EXPECTED for side in sides):
            missing = list(_missing(pair, counts, sides))
            yield from missing
            new = [] if missing or counts.is_ordered else list(_new_values(rows, pair, counts, sides))
            yield from new
            if not missing and not new:
                yield from _shift(pair, counts, sides)


def _missing(pair: _Pair, counts: FeatureCounts, sides: list[np.ndarray]) -> Iterator[Finding]:
    for index, what in enumerate(_NAMES):
        is_so = counts.places == counts.num_values + index
        table = np.array([[counts.count[side & is_so].sum(), counts.count[side & ~is_so].sum()] for side in sides])
        shares = table[:, 0] / table.sum(axis=1)
        if abs(shares[0] - shares[1]) < MIN_MISSING or _p_value(table) * pair.tests > P_VALUE:
            continue
        only = " only" if 0 in shares else ""
        place = (
            f"in {pair.other if shares[1] else pair.reference}{only}"
            if only
            else f"in {pair.other} against {pair.reference}"
        )
        why = (
            f"{what} {place}: {int(table[1, 0])} of {int(table[1].sum())} rows in {pair.other} ({shares[1]:.1%}), "
            f"{int(table[0, 0])} of {int(table[0].sum())} in {pair.reference} ({shares[0]:.1%})"
        )
        fix = "find out why; write missing values the same way in every split"
        yield _finding(pair, "split_missingness", abs(shares[1] - shares[0]), why, fix)


def _new_values(rows: Rows, pair: _Pair, counts: FeatureCounts, sides: list[np.ndarray]) -> Iterator[Finding]:
    reference, other = (
        np.bincount(counts.places[side], counts.count[side], counts.num_values + 2)[:-2] for side in sides
    )
    share = other.sum() / max(1, other.sum() + reference.sum())
    # All rows with a value fall into one split by chance with share ** rows; a test for every value.
    is_new = (reference == 0) & (other > 0)
    is_new &= other * np.log(max(share, 1e-300)) < np.log(P_VALUE / pair.tests / max(1, counts.num_values))
    part = other[is_new].sum() / max(1, other.sum())
    if part < MIN_NEW:
        return
    codes = ", ".join(str(code) for code in counts.values[is_new][np.argsort(-other[is_new], kind="stable")][:3])
    alias = counts.column.alias
    shown = rows.fetch(
        f"select distinct {alias}::varchar from sample where hash({alias}) in ({codes}) order by 1 limit 3"
    )
    examples = ", ".join(f"'{value[:40]}'" for (value,) in shown)
    why = (
        f"{int(is_new.sum())} values occur in {pair.other} and never in {pair.reference}, for instance {examples}: "
        f"{int(other[is_new].sum())} rows, {part:.1%} of {pair.other}"
    )
    fix = "split by another rule, or write values the same way everywhere"
    yield _finding(pair, "new_values", part, why, fix)


def _shift(pair: _Pair, counts: FeatureCounts, sides: list[np.ndarray]) -> Iterator[Finding]:
    groups = counts.bins(_BINS) if counts.is_ordered else counts.places
    size = int(groups.max()) + 1
    table = _merged(np.array([np.bincount(groups[side], counts.count[side], size) for side in sides]))
    shares = table / table.sum(axis=1, keepdims=True)
    distance = float(abs(shares[0] - shares[1]).sum()) / 2
    if distance < MIN_DISTANCE or _p_value(table) * pair.tests > P_VALUE:
        return
    index = _stability_index(shares)
    why = (
        f"its distribution in {pair.other} is not that in {pair.reference}: {distance:.1%} of the rows would have to "
        f"change, population stability index {index:.2f}"
    )
    fix = "find out why; a model judged on such a split is judged on other data than it has learnt"
    yield _finding(pair, "split_shift", distance, why, fix)


def _merged(table: np.ndarray) -> np.ndarray:
    """The table with groups that are too small for the test put together."""
    expected = table.sum(axis=0) * (table.sum(axis=1).min() / max(1, table.sum()))
    small = expected < _MIN_EXPECTED
    if not small.any():
        return table
    return np.column_stack([table[:, ~small], table[:, small].sum(axis=1)])


def _p_value(table: np.ndarray) -> float:
    """Pearson's chi-square test of homogeneity."""
    table = table[:, table.sum(axis=0) > 0].astype(np.float64)
    if table.shape[1] < 2:
        return 1.0
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0, keepdims=True) / table.sum()
    return chi_square_p(float(((table - expected) ** 2 / expected).sum()), table.shape[1] - 1)


def _stability_index(shares: np.ndarray) -> float:
    """Population stability index, with a share of at least one in ten thousand."""
    first, second = np.maximum(shares, 1e-4)
    return float(((second - first) * np.log(second / first)).sum())


def _finding(pair: _Pair, kind: Kind, part: float, why: str, fix: str) -> Finding:
    # The root: a twentieth of the rows is little for a mean, and much for a leak.
    details = {"reference": pair.reference, "split": pair.other, "share": round(float(part), 6)}
    return Finding(pair.feature, kind, round(float(part) ** 0.5, 3), why, fix, details)
