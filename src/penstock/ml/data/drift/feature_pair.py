"""One feature of two data sets, as far as the statistics know it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from penstock.ml.data.drift.value_counts import both_weighted
from penstock.ml.data.metadata.statistics import CommonStatistics, FeatureStatistics
from penstock.ml.data.statistics.state import FeatureState

StateOf = Callable[[FeatureStatistics], FeatureState | None]


@dataclass(frozen=True)
class FeaturePair:
    """A feature on both sides.

    Parameters
    ----------
    a, b : FeatureStatistics
        Baseline and current.
    state_a, state_b : callable
        The mergeable state of a feature, or None; asked for only where a measure needs it.
    """

    a: FeatureStatistics
    b: FeatureStatistics
    state_a: StateOf
    state_b: StateOf

    @cached_property
    def states(self) -> tuple[FeatureState, FeatureState] | None:
        """Both states; None where a side has none."""
        first = self.state_a(self.a)
        second = self.state_b(self.b) if first is not None else None
        return None if first is None or second is None else (first, second)

    @cached_property
    def is_weighted(self) -> bool:
        """Whether both sides are weighted: then weights count."""
        return both_weighted(self.a, self.b, None)

    @property
    def has_values(self) -> bool:
        """Whether both sides have values at all."""
        return all(present(feature) > 0 for feature in (self.a, self.b))


def common_of(feature: FeatureStatistics) -> CommonStatistics:
    """The statistics that every type has."""
    for stats in (feature.num_stats, feature.string_stats, feature.bytes_stats, feature.struct_stats):
        if stats is not None and stats.common_stats is not None:
            return stats.common_stats
    return CommonStatistics()


def present(feature: FeatureStatistics) -> int:
    """Number of rows that have the feature."""
    return common_of(feature).num_non_missing


def missing_share(feature: FeatureStatistics, *, is_weighted: bool) -> float | None:
    """Share of rows without the feature; None without rows."""
    common = common_of(feature)
    weighted = common.weighted_common_stats
    missing: float = common.num_missing
    present: float = common.num_non_missing
    if is_weighted and weighted is not None:
        missing, present = weighted.num_missing, weighted.num_non_missing
    return missing / (missing + present) if missing + present > 0 else None


def total_values(feature: FeatureStatistics, *, is_weighted: bool = False) -> float:
    """Number of values in all rows, or the weight of these."""
    common = common_of(feature)
    weighted = common.weighted_common_stats
    if is_weighted and weighted is not None:
        return weighted.tot_num_values
    # Older TFDV leaves the total out.
    return float(common.tot_num_values or common.num_non_missing)
