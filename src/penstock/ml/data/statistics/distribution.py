"""Quantiles, masses and TensorFlow Metadata's histograms of counted numbers.

Where every number has a bin of its own (shift 0) all is exact; in a wider bin the numbers are taken as spread evenly,
whole numbers over the whole numbers inside. Definitions are those of TFDV (`quantiles_util`, tfx_bsl's
`WeightedQuantilesSummary`) with its sketch replaced by the exact counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from penstock.ml.data.metadata.statistics import Bucket, Histogram
from penstock.ml.data.statistics.float_key import bounds_of
from penstock.ml.data.statistics.state import WEIGHT_UNITS, NumericState, PrefixHistogram


@dataclass(frozen=True)
class Distribution:
    """Counts over ascending, disjoint intervals; those of one number are points.

    Parameters
    ----------
    lows, highs : ndarray of float64, shape (n,)
        Both inside.
    masses : ndarray of float64, shape (n,)
        Counts, or sums of weights; above 0.
    is_integral : bool
        Whether only whole numbers occur.
    span : pair of float, optional
        The smallest and the largest number; by default of the intervals. Numbers that weigh nothing count there.
    """

    lows: np.ndarray
    highs: np.ndarray
    masses: np.ndarray
    is_integral: bool = False
    span: tuple[float, float] | None = None

    @cached_property
    def ends(self) -> np.ndarray:
        """Cumulated masses, shape (n,)."""
        return np.asarray(np.cumsum(self.masses))

    @property
    def mass(self) -> float:
        """All of it."""
        return float(self.ends[-1]) if self.ends.size else 0.0

    @cached_property
    def steps(self) -> np.ndarray:
        """How many points the mass of each interval lies on: 0 for a continuous one."""
        if self.is_integral:
            return np.asarray(np.floor(self.highs) - np.ceil(self.lows) + 1.0)
        return np.asarray(np.where(self.lows == self.highs, 1.0, 0.0))


def of_histogram(
    histogram: PrefixHistogram,
    minimum: float | None = None,
    maximum: float | None = None,
    *,
    is_integral: bool = False,
    is_weighted: bool = False,
) -> Distribution:
    """The numbers of a histogram.

    Parameters
    ----------
    histogram : PrefixHistogram
    minimum, maximum : float, optional
        The outermost intervals end there.
    is_integral : bool
    is_weighted : bool
        Take weights for masses; numbers whose weights sum to nothing go, as in TFDV.
    """
    masses = histogram.counts.astype(np.float64)
    if is_weighted and histogram.weights is not None:
        masses = histogram.weights.astype(np.float64) / WEIGHT_UNITS
    lows, highs = bounds_of(histogram.bins, histogram.shift)
    if minimum is not None and maximum is not None:
        lows, highs = np.clip(lows, minimum, maximum), np.clip(highs, minimum, maximum)
    kept = masses > 0
    span = (float(lows[0]), float(highs[-1])) if lows.size else None
    return Distribution(lows[kept], highs[kept], masses[kept], is_integral, span)


def of_numeric(state: NumericState, *, is_integral: bool, is_weighted: bool = False) -> Distribution:
    """The finite numbers of a feature."""
    low, high = state.minimum, state.maximum
    bounds = (None, None) if low is None or high is None else (float(low), float(high))
    return of_histogram(state.histogram, *bounds, is_integral=is_integral, is_weighted=is_weighted)


def with_infinities(finite: Distribution, negative: float, positive: float) -> Distribution:
    """The same with that mass at the infinities."""
    before = np.full(1 if negative > 0 else 0, -np.inf)
    after = np.full(1 if positive > 0 else 0, np.inf)
    return Distribution(
        np.concatenate((before, finite.lows, after)),
        np.concatenate((before, finite.highs, after)),
        np.concatenate((np.full(before.size, negative), finite.masses, np.full(after.size, positive))),
    )


def quantiles(distribution: Distribution, parts: int) -> tuple[np.ndarray, np.ndarray]:
    """Borders of parts of equal mass.

    The border at rank d is the first number whose cumulated mass exceeds d; the last one is the largest number.

    Parameters
    ----------
    distribution : Distribution
        With some mass.
    parts : int

    Returns
    -------
    borders : ndarray of float64, shape (parts + 1,)
        The smallest number first, the largest last.
    cumulated : ndarray of float64, shape (parts + 1,)
        Mass up to each border, itself included.
    """
    ranks = np.arange(parts + 1) * distribution.mass / parts
    return _at_ranks(distribution, ranks)


def median(distribution: Distribution) -> float:
    """The quantile of one half; 0 without any mass."""
    if not distribution.masses.size:
        return 0.0
    return float(_at_ranks(distribution, np.array([distribution.mass / 2]))[0][0])


def mass_up_to(distribution: Distribution, points: np.ndarray) -> np.ndarray:
    """Mass of numbers that are at most each point.

    Parameters
    ----------
    distribution : Distribution
    points : ndarray of float64, shape (m,)

    Returns
    -------
    ndarray of float64, shape (m,)
    """
    points = np.asarray(points, dtype=np.float64)
    if not distribution.masses.size:
        return np.zeros(points.size)
    found = np.searchsorted(distribution.lows, points, side="right") - 1
    inside = np.maximum(found, 0)
    whole = distribution.ends[inside] - distribution.masses[inside]
    return np.where(found < 0, 0.0, whole + distribution.masses[inside] * _shares(distribution, inside, points))


def standard_histogram(
    distribution: Distribution, buckets: int, *, num_nan: int = 0, negative: float = 0.0, positive: float = 0.0
) -> Histogram:
    """Buckets of equal width from the smallest to the largest finite number.

    A number on the border of two buckets belongs to the lower one. Infinities get buckets of their own, as in TFDV;
    one number alone gets one bucket.

    Parameters
    ----------
    distribution : Distribution
        Of the finite numbers.
    buckets : int
    num_nan : int
    negative, positive : float
        Mass at the infinities.
    """
    found = [Bucket(low_value=-np.inf, high_value=-np.inf, sample_count=float(negative))] if negative > 0 else []
    if distribution.masses.size:
        low, high = distribution.span or (float(distribution.lows[0]), float(distribution.highs[-1]))
        edges = _edges(low, high, buckets)
        ends = mass_up_to(distribution, edges[1:])
        ends[-1] = distribution.mass
        found += _buckets(edges, np.diff(ends, prepend=0.0))
    if positive > 0:
        found.append(Bucket(low_value=np.inf, high_value=np.inf, sample_count=float(positive)))
    return Histogram(num_nan=num_nan, buckets=tuple(found), type="STANDARD")


def quantile_histogram(distribution: Distribution, buckets: int, *, num_nan: int = 0) -> Histogram:
    """Buckets between successive quantiles with the mass that lies in them, as TFDV writes it.

    Mass on one border is shared evenly among the buckets that end there.
    """
    if not distribution.masses.size:
        return Histogram(num_nan=num_nan, type="QUANTILES")
    borders, cumulated = quantiles(distribution, buckets)
    masses = np.diff(cumulated)
    highs = borders[1:]
    start = 0
    while start < highs.size:
        end = int(np.searchsorted(highs, highs[start], side="right"))
        masses[start:end] = masses[start:end].sum() / (end - start)
        start = end
    is_first = (borders[:-1] == borders[0]) & (highs == highs[0])
    masses[is_first] += cumulated[0] / is_first.sum()
    return Histogram(num_nan=num_nan, buckets=tuple(_buckets(borders, masses)), type="QUANTILES")


def _at_ranks(distribution: Distribution, ranks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    last = distribution.masses.size - 1
    found = np.minimum(np.searchsorted(distribution.ends, ranks, side="right"), last)
    lows, highs, masses = distribution.lows[found], distribution.highs[found], distribution.masses[found]
    starts = distribution.ends[found] - masses
    shares = np.clip((ranks - starts) / masses, 0.0, 1.0)
    steps = distribution.steps[found]
    is_stepped = steps > 0
    step = np.minimum(np.floor(shares * steps), np.maximum(steps - 1, 0))
    # An infinite point has no width to multiply.
    width = np.where(lows == highs, 0.0, np.where(np.isfinite(lows), highs, 0.0) - np.where(np.isfinite(lows), lows, 0))
    stepped = np.where(steps > 1, np.ceil(np.where(np.isfinite(lows), lows, 0.0)) + step, lows)
    values = np.where(is_stepped, stepped, np.minimum(lows + shares * width, highs))
    reached = np.where(is_stepped, (step + 1) / np.maximum(steps, 1), shares)
    return values, starts + masses * reached


def _shares(distribution: Distribution, found: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Part of each interval's mass up to each point, which is not before the interval's low end."""
    lows, highs, steps = distribution.lows[found], distribution.highs[found], distribution.steps[found]
    inside = np.where((points < highs) & (points >= lows), points, lows)
    width = np.where(highs > lows, highs - lows, 1.0)
    stepped = (np.floor(inside) - np.ceil(lows) + 1) / np.maximum(steps, 1)
    return np.where(points >= highs, 1.0, np.where(steps > 1, stepped, (inside - lows) / width))


def _edges(low: float, high: float, buckets: int) -> np.ndarray:
    if low == high:
        return np.array([low, high])
    with np.errstate(over="ignore", invalid="ignore"):
        edges = np.linspace(low, high, buckets + 1)
    if not np.isfinite(edges).all():
        share = np.linspace(0, 1, buckets + 1)
        edges = low * (1 - share) + high * share
    return edges


def _buckets(edges: np.ndarray, masses: np.ndarray) -> list[Bucket]:
    rows = zip(edges[:-1].tolist(), edges[1:].tolist(), masses.tolist(), strict=True)
    return [Bucket(low_value=low, high_value=high, sample_count=mass) for low, high, mass in rows]
