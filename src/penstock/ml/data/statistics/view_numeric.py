"""Statistics of numbers as TensorFlow Metadata shows them."""

from __future__ import annotations

import math

from penstock.ml.data.metadata.statistics import (
    CommonStatistics,
    Histogram,
    NumericStatistics,
    WeightedNumericStatistics,
)
from penstock.ml.data.statistics.distribution import (
    Distribution,
    median,
    of_numeric,
    quantile_histogram,
    standard_histogram,
    with_infinities,
)
from penstock.ml.data.statistics.exact_sum import mean, standard_deviation
from penstock.ml.data.statistics.options import StatisticsOptions
from penstock.ml.data.statistics.prefix_histogram import total, total_weight
from penstock.ml.data.statistics.state import WEIGHT_UNITS, ExactSum, NumericState


def numeric_statistics(
    state: NumericState | None,
    common: CommonStatistics,
    options: StatisticsOptions,
    *,
    is_integral: bool,
    is_weighted: bool,
) -> NumericStatistics:
    """The statistics of an INT or FLOAT feature.

    NaN is left out of everything but its count. Where an infinity occurs, mean and deviation are NaN.
    """
    if state is None:
        return NumericStatistics(common_stats=common)
    num_finite = total(state.histogram)
    if not num_finite + state.num_positive_inf + state.num_negative_inf:
        empty = (Histogram(num_nan=state.num_nan), Histogram(num_nan=state.num_nan, type="QUANTILES"))
        return NumericStatistics(common_stats=common, histograms=empty if state.num_nan else ())
    finite = of_numeric(state, is_integral=is_integral)
    middle, histograms = _shape(finite, state, options, state.num_negative_inf, state.num_positive_inf)
    average, deviation = _moments(state, state.total, state.squares, num_finite)
    return NumericStatistics(
        common_stats=common,
        mean=average,
        std_dev=deviation,
        num_zeros=state.num_zeros,
        min=_outermost(state.num_negative_inf, state.minimum, -math.inf),
        median=middle,
        max=_outermost(state.num_positive_inf, state.maximum, math.inf),
        histograms=histograms,
        weighted_numeric_stats=_weighted(state, options, is_integral=is_integral) if is_weighted else None,
    )


def _weighted(state: NumericState, options: StatisticsOptions, *, is_integral: bool) -> WeightedNumericStatistics:
    finite = of_numeric(state, is_integral=is_integral, is_weighted=True)
    middle, histograms = _shape(
        finite, state, options, state.weight_negative_inf / WEIGHT_UNITS, state.weight_positive_inf / WEIGHT_UNITS
    )
    total_sum, squares = state.weighted_total or ExactSum(), state.weighted_squares or ExactSum()
    average, deviation = _moments(state, total_sum, squares, total_weight(state.histogram))
    return WeightedNumericStatistics(mean=average, std_dev=deviation, median=middle, histograms=histograms)


def _shape(
    finite: Distribution, state: NumericState, options: StatisticsOptions, negative: float, positive: float
) -> tuple[float, tuple[Histogram, Histogram]]:
    """Median and both histograms."""
    whole = with_infinities(finite, negative, positive) if negative or positive else finite
    standard = standard_histogram(
        finite, options.histogram_buckets, num_nan=state.num_nan, negative=negative, positive=positive
    )
    return median(whole), (standard, quantile_histogram(whole, options.quantile_buckets, num_nan=state.num_nan))


def _moments(state: NumericState, total_sum: ExactSum, squares: ExactSum, count: int) -> tuple[float, float]:
    if state.num_positive_inf or state.num_negative_inf:
        return math.nan, math.nan
    if count <= 0:
        return 0.0, 0.0
    return mean(total_sum, count), standard_deviation(total_sum, squares, count)


def _outermost(num_infinite: int, finite: float | None, infinite: float) -> float:
    if num_infinite:
        return infinite
    # Only infinities of the other sign: they are both the smallest and the largest number.
    return -infinite if finite is None else float(finite) + 0.0
