from __future__ import annotations

import pyarrow as pa
from ml.data.drift.state import statistics

from penstock.ml.data.drift.feature_pair import FeaturePair, common_of, missing_share, present, total_values
from penstock.ml.data.metadata.statistics import (
    CommonStatistics,
    FeatureStatistics,
    NumericStatistics,
    WeightedCommonStatistics,
)
from penstock.ml.data.statistics.state import FeatureState


def test_shares_of_missing_rows() -> None:
    feature = statistics(x=pa.array([1, None, None, 4])).feature("x")
    assert (missing_share(feature, is_weighted=False), present(feature)) == (0.5, 2)
    assert missing_share(FeatureStatistics(name="x"), is_weighted=False) is None
    common = CommonStatistics(
        num_missing=1, weighted_common_stats=WeightedCommonStatistics(num_non_missing=3, num_missing=1)
    )
    weighted = FeatureStatistics(num_stats=NumericStatistics(common_stats=common))
    assert missing_share(weighted, is_weighted=True) == 0.25
    assert missing_share(weighted, is_weighted=False) == 1


def test_a_feature_of_any_type_has_common_statistics() -> None:
    made = statistics(t=pa.array(["a"]), s=pa.array([{"a": 1}]), x=pa.array([1]))
    assert {common_of(feature).num_non_missing for feature in made.dataset.features} == {1}
    assert common_of(FeatureStatistics()).num_non_missing == 0


def test_values_are_counted_not_rows() -> None:
    assert total_values(statistics(x=pa.array([[1, 2], [3]])).feature("x")) == 3
    old = FeatureStatistics(num_stats=NumericStatistics(common_stats=CommonStatistics(num_non_missing=7)))
    assert total_values(old) == 7


def test_states_are_read_only_when_asked_for() -> None:
    made = statistics(x=pa.array([1]))
    feature = made.feature("x")
    asked: list[FeatureStatistics] = []

    def state_of(one: FeatureStatistics) -> FeatureState:
        asked.append(one)
        return made.states[0].features[("x",)]

    pair = FeaturePair(feature, feature, state_of, state_of)
    assert pair.has_values
    assert asked == []
    assert pair.states is pair.states
    assert len(asked) == 2
    assert FeaturePair(feature, feature, state_of, lambda _: None).states is None
