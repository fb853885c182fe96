"""Presence and number of values of a feature as TensorFlow Metadata shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from penstock.ml.data.metadata.statistics import (
    CommonStatistics,
    CustomStatistic,
    Histogram,
    PresenceAndValencyStatistics,
    WeightedCommonStatistics,
)
from penstock.ml.data.statistics.distribution import of_histogram, quantile_histogram, standard_histogram
from penstock.ml.data.statistics.float32 import float32
from penstock.ml.data.statistics.options import StatisticsOptions
from penstock.ml.data.statistics.prefix_histogram import extent_of, total, total_weight
from penstock.ml.data.statistics.state import WEIGHT_UNITS, Extent, FeatureState, NestLevel

_NOTHING = Extent(0, 0, 0, 0)


def common_statistics(state: FeatureState, options: StatisticsOptions, *, is_weighted: bool) -> CommonStatistics:
    """The common part of a feature's statistics: of the innermost values of a row.

    Levels of nesting are listed where there are several.
    """
    levels, outer = state.levels, state.levels[0]
    if state.row_lengths is not None:
        outer = replace(outer, lengths=state.row_lengths)
    num_non_missing, extent = total(outer.lengths), extent_of(outer.lengths) or _NOTHING
    is_nested = len(levels) > 1
    return CommonStatistics(
        num_non_missing=num_non_missing,
        num_missing=outer.num_missing,
        min_num_values=extent.minimum,
        max_num_values=extent.maximum,
        avg_num_values=float32(extent.total / num_non_missing) if num_non_missing else 0.0,
        tot_num_values=extent.total,
        num_values_histogram=_length_quantiles(outer, options) if num_non_missing else None,
        weighted_common_stats=_weighted(outer) if is_weighted else None,
        presence_and_valency_stats=tuple(map(_presence, levels)) if is_nested else (),
        weighted_presence_and_valency_stats=tuple(map(_weighted, levels)) if is_nested and is_weighted else (),
    )


def length_statistics(levels: Sequence[NestLevel], options: StatisticsOptions) -> tuple[CustomStatistic, ...]:
    """Histograms of the number of values on the inner levels, under TFDV's names."""
    found = []
    for number, level in enumerate(levels[1:], start=2):
        extent = extent_of(level.lengths)
        if extent is None:
            continue
        lengths = of_histogram(level.lengths, extent.minimum, extent.maximum, is_integral=True)
        name = f"level_{number}_value_list_length"
        standard = standard_histogram(lengths, options.num_values_buckets)
        found += [
            CustomStatistic(name=f"{name}_quantiles", histogram=_length_quantiles(level, options)),
            CustomStatistic(name=f"{name}_standard", histogram=standard),
        ]
    return tuple(found)


def num_values(levels: Sequence[NestLevel]) -> int:
    """Innermost values, NaN among them."""
    extent = extent_of(levels[-1].lengths)
    return 0 if extent is None else extent.total


def _length_quantiles(level: NestLevel, options: StatisticsOptions) -> Histogram:
    extent = extent_of(level.lengths) or _NOTHING
    lengths = of_histogram(level.lengths, extent.minimum, extent.maximum, is_integral=True)
    return quantile_histogram(lengths, options.num_values_buckets)


def _presence(level: NestLevel) -> PresenceAndValencyStatistics:
    extent = extent_of(level.lengths) or _NOTHING
    return PresenceAndValencyStatistics(
        num_non_missing=total(level.lengths),
        num_missing=level.num_missing,
        min_num_values=extent.minimum,
        max_num_values=extent.maximum,
        tot_num_values=extent.total,
    )


def _weighted(level: NestLevel) -> WeightedCommonStatistics:
    present = total_weight(level.lengths)
    values = (extent_of(level.lengths) or _NOTHING).weighted_total or 0
    return WeightedCommonStatistics(
        num_non_missing=present / WEIGHT_UNITS,
        num_missing=level.weight_missing / WEIGHT_UNITS,
        avg_num_values=values / present if present else 0.0,
        tot_num_values=values / WEIGHT_UNITS,
    )
