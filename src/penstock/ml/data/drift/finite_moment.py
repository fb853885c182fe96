"""Mean and standard deviation of a feature's finite numbers, on both sides."""

from __future__ import annotations

import math

from penstock.ml.data.drift.feature_pair import FeaturePair
from penstock.ml.data.metadata.statistics import FeatureStatistics
from penstock.ml.data.statistics.exact_sum import mean, standard_deviation
from penstock.ml.data.statistics.prefix_histogram import total, total_weight
from penstock.ml.data.statistics.state import NumericState

Moments = tuple[float, float]


def finite_moments(pair: FeaturePair) -> tuple[Moments, Moments] | None:
    """Means and standard deviations.

    Parameters
    ----------
    pair : FeaturePair

    Returns
    -------
    tuple of two tuples of float, or None
        None where they are not finite, or an infinity is among the numbers and only the view is there.
    """
    if pair.states is not None:
        first, second = pair.states
        if first.numeric is None or second.numeric is None:
            return None
        found = _of_state(first.numeric, pair.is_weighted), _of_state(second.numeric, pair.is_weighted)
    else:
        found = _of_view(pair.a, pair.is_weighted), _of_view(pair.b, pair.is_weighted)
    return found if all(math.isfinite(number) for side in found for number in side) else None


def _of_state(state: NumericState, is_weighted: bool) -> Moments:
    sums = (state.total, state.squares, total(state.histogram))
    if is_weighted and state.weighted_total is not None and state.weighted_squares is not None:
        sums = (state.weighted_total, state.weighted_squares, total_weight(state.histogram))
    if sums[2] <= 0:
        return math.nan, math.nan
    return mean(sums[0], sums[2]), standard_deviation(*sums)


def _of_view(feature: FeatureStatistics, is_weighted: bool) -> Moments:
    stats = feature.num_stats
    # TFDV gives a deviation of 0 where an infinity occurs.
    if stats is None or math.isinf(stats.min) or math.isinf(stats.max):
        return math.nan, math.nan
    weighted = stats.weighted_numeric_stats
    if is_weighted and weighted is not None:
        return weighted.mean, weighted.std_dev
    return stats.mean, stats.std_dev
