"""Wasserstein distance: how far the numbers of one side must be moved to become those of the other, on average."""

from __future__ import annotations

import numpy as np

from penstock.core.error import DataError
from penstock.ml.data.drift.common_cells import CommonCells


def wasserstein(cells: CommonCells) -> float:
    """Wasserstein-1 distance: the area between the two cumulative distributions.

    Parameters
    ----------
    cells : CommonCells
        NaN and infinities do not count.

    Returns
    -------
    float, in the feature's unit
        Exact where the cells are. Infinite where the numbers are further apart than the greatest double.

    Raises
    ------
    DataError
        If a side has no finite numbers.

    References
    ----------
    Vallender, "Calculation of the Wasserstein distance between probability distributions on the line", Theory Probab.
    Appl. 18(4), 1974.
    """
    total_a, total_b = float(cells.a.masses.sum()), float(cells.b.masses.sum())
    if not (total_a > 0 and total_b > 0):
        raise DataError(
            "one side has no finite numbers", where="Wasserstein distance", fix="compare features that have values"
        )
    after = np.cumsum(cells.a.masses / total_a - cells.b.masses / total_b)
    before = np.concatenate(([0.0], after[:-1]))
    with np.errstate(over="ignore"):
        between = np.abs(after[:-1]) * (cells.lows[1:] - cells.highs[:-1])
        inside = _mean_distance(before, after) * (cells.highs - cells.lows)
        return float(between.sum() + inside.sum())


def _mean_distance(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Mean of the absolute value of a line between two heights."""
    low, high = np.abs(before), np.abs(after)
    is_crossing = before * after < 0
    sums = np.where(is_crossing, low + high, 1.0)
    means: np.ndarray = np.where(is_crossing, (low**2 + high**2) / (2 * sums), (low + high) / 2)
    return means
