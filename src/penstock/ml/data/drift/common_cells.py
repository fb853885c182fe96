"""The numbers of two data sets over common cells: points and intervals in ascending order, with both sides' masses."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from penstock.ml.data.drift.histogram_alignment import Parts, borders_of, spread
from penstock.ml.data.metadata.statistics import Histogram
from penstock.ml.data.statistics.float_key import bounds_of
from penstock.ml.data.statistics.prefix_histogram import coarsen
from penstock.ml.data.statistics.state import WEIGHT_UNITS, NumericState, PrefixHistogram

_MANTISSA_BITS = 52


@dataclass(frozen=True)
class OneSide:
    """What one data set has in the cells.

    Parameters
    ----------
    masses : ndarray of float64, shape (n,)
        Counts of finite numbers, or sums of their weights, by cell.
    below, above : float
        Of minus and plus infinity.
    nan : float
    """

    masses: np.ndarray
    below: float = 0.0
    above: float = 0.0
    nan: float = 0.0

    @property
    def total(self) -> float:
        """Of all numbers, infinities included; NaN is none."""
        return float(self.masses.sum()) + self.below + self.above


@dataclass(frozen=True)
class CommonCells:
    """Two distributions over the same cells.

    Parameters
    ----------
    lows, highs : ndarray of float64, shape (n,)
        Ends of the cells, ascending and disjoint; a point has equal ends. Inside a cell, numbers count as spread
        evenly.
    a, b : OneSide
    basis : str
        What the numbers were taken from, for people. Empty where every cell is a point and all that follows is exact.
    """

    lows: np.ndarray
    highs: np.ndarray
    a: OneSide
    b: OneSide
    basis: str = ""


def cells_of_states(a: NumericState, b: NumericState, *, is_weighted: bool = False) -> CommonCells:
    """Cells from two mergeable states: at the coarser resolution of both.

    Parameters
    ----------
    a, b : NumericState
    is_weighted : bool
        Take weights for counts; both sides must have them.
    """
    sides = (_one_side(a, is_weighted), _one_side(b, is_weighted))
    shift = max(side[0].shift for side in sides)
    bins, counts_a, counts_b = _merged(*(coarsen(side[0], shift) for side in sides))
    lows, highs = bounds_of(bins, shift)
    known = [state for state in (a, b) if state.minimum is not None and state.maximum is not None]
    if known:  # nothing lies outside of both sides' extremes
        least = min(float(state.minimum or 0) for state in known)
        greatest = max(float(state.maximum or 0) for state in known)
        lows, highs = np.clip(lows, least, greatest), np.clip(highs, least, greatest)
    unit = WEIGHT_UNITS if is_weighted else 1
    return CommonCells(
        lows,
        highs,
        replace(sides[0][1], masses=counts_a / unit),
        replace(sides[1][1], masses=counts_b / unit),
        f"numbers to {max(_MANTISSA_BITS - shift, 0)} bits" if shift else "",
    )


def cells_of_histograms(a: Histogram, b: Histogram) -> CommonCells:
    """Cells from two histograms of numbers: between all their borders, and the points."""
    parts = (Parts.of(a), Parts.of(b))
    points = sorted({*parts[0].points, *parts[1].points})
    # A point inside the other side's bucket divides it, so that cells never overlap.
    borders = sorted({*borders_of(parts[0].wide), *borders_of(parts[1].wide), *points})
    lows, highs = np.array([*borders[:-1], *points]), np.array([*borders[1:], *points])
    # Before equal low ends the point comes first: what it holds is not above the border.
    order = np.lexsort((highs, lows))
    sides = []
    for part, histogram in zip(parts, (a, b), strict=True):
        masses = np.array([*spread(part.wide, borders), *(part.points.get(point, 0.0) for point in points)])
        below = sum(bucket.sample_count for bucket in part.endless if bucket.high_value == -math.inf)
        above = sum(bucket.sample_count for bucket in part.endless) - below
        sides.append(OneSide(masses[order] if masses.size else masses, below, above, float(histogram.num_nan)))
    return CommonCells(lows[order], highs[order], sides[0], sides[1], "histograms")


def _one_side(state: NumericState, is_weighted: bool) -> tuple[PrefixHistogram, OneSide]:
    nothing = np.empty(0)
    if not is_weighted or state.histogram.weights is None:
        side = OneSide(nothing, float(state.num_negative_inf), float(state.num_positive_inf), float(state.num_nan))
        return state.histogram, side
    weights = (state.weight_negative_inf, state.weight_positive_inf, state.weight_nan)
    side = OneSide(nothing, *(weight / WEIGHT_UNITS for weight in weights))
    return replace(state.histogram, counts=state.histogram.weights), side


def _merged(a: PrefixHistogram, b: PrefixHistogram) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Bins of either, with both sides' counts: a merge of two sorted lists."""
    bins = np.concatenate((a.bins, b.bins))
    order = np.argsort(bins, kind="stable")
    bins = bins[order]
    is_first = np.ones(bins.size, dtype=bool)
    is_first[1:] = bins[1:] != bins[:-1]
    place = np.empty(bins.size, dtype=np.int64)
    place[order] = np.cumsum(is_first) - 1
    counts = np.zeros((2, int(is_first.sum())), dtype=np.int64)
    counts[0, place[: a.bins.size]] = a.counts
    counts[1, place[a.bins.size :]] = b.counts
    return bins[is_first], counts[0], counts[1]
