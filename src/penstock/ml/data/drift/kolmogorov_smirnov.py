"""Kolmogorov-Smirnov statistic: the greatest distance between two cumulative distributions."""

from __future__ import annotations

import math

import numpy as np

from penstock.core.error import DataError
from penstock.ml.data.drift.common_cells import CommonCells

_SMALL = 1.18
"""Below, the series of Kolmogorov's distribution converges slowly, and that of its theta transform fast."""


def kolmogorov_smirnov(cells: CommonCells) -> float:
    """Two-sample Kolmogorov-Smirnov statistic.

    Parameters
    ----------
    cells : CommonCells
        Infinities count as the smallest and greatest numbers; NaN do not count.

    Returns
    -------
    float
        0 to 1; exact where the cells are.

    Raises
    ------
    DataError
        If a side has no numbers.

    References
    ----------
    Smirnov, "Table for estimating the goodness of fit of empirical distributions", Ann. Math. Statist. 19(2), 1948.
    """
    a, b = cells.a, cells.b
    if not (a.total > 0 and b.total > 0):
        raise DataError(
            "one side has no numbers", where="Kolmogorov-Smirnov statistic", fix="compare features that have values"
        )
    below = [a.below / a.total - b.below / b.total]
    distance = below[0] + np.cumsum(a.masses / a.total - b.masses / b.total)
    # Inside a cell both distributions are lines: the greatest distance is at an end of one.
    return float(min(np.abs(np.concatenate((below, distance))).max(), 1.0))


def p_value(statistic: float, count_a: float, count_b: float) -> float:
    """Probability of so great a statistic when both sides are samples of one continuous distribution.

    Parameters
    ----------
    statistic : float
    count_a, count_b : float
        Numbers on each side, above 0.

    Returns
    -------
    float
        ``2 * sum((-1) ** (k - 1) * exp(-2 * (k * x) ** 2))`` over k from 1, with
        ``x = statistic * sqrt(a * b / (a + b))``: the limit for many numbers. With few, or with ties, it is too great
        (cautious).

    References
    ----------
    Kolmogorov, "Sulla determinazione empirica di una legge di distribuzione", G. Ist. Ital. Attuari 4, 1933; the form
    for small arguments is Jacobi's theta transform.

    Examples
    --------
    >>> round(p_value(0.05, 1000, 1000), 4), p_value(0.0, 10, 10)
    (0.1641, 1.0)
    """
    x = statistic * math.sqrt(count_a / (count_a + count_b) * count_b)
    if x < 0.04:  # less than 1e-300 is missing to 1
        return 1.0
    if x < _SMALL:
        terms = sum(math.exp(-((2 * k - 1) ** 2) * math.pi**2 / (8 * x * x)) for k in range(1, 5))
        return 1.0 - math.sqrt(2 * math.pi) / x * terms
    return max(0.0, 2 * math.fsum((1 if k % 2 else -1) * math.exp(-2 * (k * x) ** 2) for k in range(1, 8)))
