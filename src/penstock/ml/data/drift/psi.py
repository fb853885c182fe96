"""Population stability index: by how much the shares of a few bins have changed, on a logarithmic scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from penstock.core.error import DataError
from penstock.ml.data.drift.common_cells import CommonCells, OneSide

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

BINS = 10
"""Bins of numbers: between the baseline's deciles."""

SMOOTHING = 0.5
"""Added to the count of every bin on both sides, so that an empty bin is no infinite change."""


def psi(baseline: ArrayLike, current: ArrayLike) -> float:
    """Population stability index of two lists of counts over the same bins.

    ``sum((p - q) * ln(p / q))`` with ``p = (count + 0.5) / (total + 0.5 * bins)`` and ``q`` likewise.

    Parameters
    ----------
    baseline, current : array of float, shape (n,)
        Counts or weights.

    Returns
    -------
    float, in nats
        0 for equal shares, no upper limit. Customary: below 0.1 little, above 0.25 much has changed.

    Raises
    ------
    DataError
        If a side sums to zero.

    References
    ----------
    Siddiqi, "Credit Risk Scorecards", Wiley 2006; it is Jeffreys' divergence, Proc. Royal Society A 186, 1946. Adding
    one half is the posterior mean under Jeffreys' prior.

    Examples
    --------
    >>> round(psi([500, 500], [600, 400]), 4)
    0.0405
    """
    sides = np.asarray(baseline, dtype=np.float64), np.asarray(current, dtype=np.float64)
    if not all(side.sum() > 0 for side in sides):
        raise DataError(
            "one side has no values", where="population stability index", fix="compare features that have values"
        )
    p, q = ((side + SMOOTHING) / (side.sum() + SMOOTHING * side.size) for side in sides)
    return float(((p - q) * np.log(p / q)).sum())


def psi_by_chance(bins: int, total_baseline: float, total_current: float) -> float:
    """What the index comes to on average when both sides are drawn from one distribution.

    ``(bins - 1) * (1 / n + 1 / m)``: the index is nearly a chi-squared statistic divided by the number of rows.

    References
    ----------
    Yurdakul and Naranjo, "Statistical properties of the population stability index", J. Risk Model Validation 14(4),
    2020.
    """
    return (bins - 1) * (1 / total_baseline + 1 / total_current)


def decile_bins(cells: CommonCells) -> tuple[np.ndarray, np.ndarray]:
    """Masses of both sides between the deciles of the first, to be compared by `psi`.

    Parameters
    ----------
    cells : CommonCells

    Returns
    -------
    baseline, current : ndarray of float64, shape (m,)
        At most 10 bins, and one of NaN where either side has some. A bin ends with the cell in which a decile of the
        baseline lies; infinities belong to the outermost bins.
    """
    a, b = _with_infinities(cells.a), _with_infinities(cells.b)
    cumulated = np.cumsum(a)
    ranks = np.arange(1, BINS) * (cumulated[-1] / BINS)
    # Sums of fractions may miss a decile by rounding, which must not move a bin's end.
    ends = np.searchsorted(cumulated, ranks * (1 - 1e-12), side="left") + 1
    starts = np.unique(np.concatenate(([0], ends[ends < a.size])))
    binned = [np.add.reduceat(side, starts) for side in (a, b)]
    kept = (binned[0] > 0) | (binned[1] > 0)
    binned = [side[kept] for side in binned]
    if cells.a.nan or cells.b.nan:
        binned = [np.append(side, one.nan) for side, one in zip(binned, (cells.a, cells.b), strict=True)]
    return binned[0], binned[1]


def _with_infinities(side: OneSide) -> np.ndarray:
    return np.concatenate(([side.below], side.masses, [side.above]))
