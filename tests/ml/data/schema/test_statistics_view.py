from __future__ import annotations

import pyarrow as pa

from penstock.ml.data.metadata.path import Path
from penstock.ml.data.metadata.statistics import (
    CommonStatistics,
    CustomStatistic,
    DatasetStatistics,
    FeatureStatistics,
    NumericStatistics,
    StructStatistics,
    WeightedCommonStatistics,
)
from penstock.ml.data.schema.statistics_view import DatasetView, is_weighted
from penstock.ml.data.statistics.statistics import Statistics


def number(name: str, **common: object) -> FeatureStatistics:
    return FeatureStatistics(name=name, num_stats=NumericStatistics(common_stats=CommonStatistics(**common)))  # type: ignore[arg-type]


def struct(name: str) -> FeatureStatistics:
    return FeatureStatistics(name=name, type="STRUCT", struct_stats=StructStatistics())


def test_names_inside_of_structs() -> None:
    names = ["a.b.c", "a", "ab", "a.b", "a.x.y"]
    features = tuple(struct(name) if name in ("a", "a.b") else number(name) for name in names)
    view = DatasetView(DatasetStatistics(features=features))
    assert list(view.features) == [("a", "b", "c"), ("a",), ("ab",), ("a", "b"), ("a", "x.y")]
    assert [child.path for child in view.children[()]] == [("a",), ("ab",)]
    assert [child.path for child in view.children["a",]] == [("a", "b"), ("a", "x.y")]


def test_paths_and_names_may_stand_side_by_side() -> None:
    features = (number("a.b"), FeatureStatistics(path=Path(step=("s", "t")), num_stats=NumericStatistics()))
    assert list(DatasetView(DatasetStatistics(features=features)).features) == [("a.b",), ("s", "t")]


def test_features_without_statistics_are_left_out() -> None:
    own = FeatureStatistics(name="f", custom_stats=(CustomStatistic(name="penstock.state", text="x"),))
    view = DatasetView(DatasetStatistics(features=(FeatureStatistics(name="g"), own)))
    assert view.features == {}


def test_weights_count_where_all_features_have_them() -> None:
    weights = WeightedCommonStatistics(num_non_missing=2.5, num_missing=0.5, tot_num_values=5.0)
    heavy = number("f", num_non_missing=3, weighted_common_stats=weights)
    assert is_weighted(DatasetStatistics(weighted_num_examples=3.0, features=(heavy,)))
    assert not is_weighted(DatasetStatistics(weighted_num_examples=3.0, features=(heavy, number("g"))))
    assert not is_weighted(DatasetStatistics(features=(heavy,)))
    view = DatasetView(DatasetStatistics(num_examples=3, weighted_num_examples=3.0, features=(heavy,)), True)
    found = view.features["f",]
    assert (view.num_examples, found.num_present, found.num_missing, found.num_values) == (3.0, 2.5, 0.5, 5.0)


def test_texts_that_the_rank_histogram_lacks_come_from_the_state() -> None:
    statistics = Statistics.of(pa.table({"t": [f"{i:04}" for i in range(1500)]}))
    message = DatasetView(statistics.dataset).features["t",]
    assert len(message.texts) == 1000
    assert message.texts_note == "1,000 of 1,500 different values were looked at; there may be more"
    whole = DatasetView(statistics.dataset, state=lambda: statistics.states[0]).features["t",]
    assert list(whole.texts) == [f"{i:04}" for i in range(1500)]
    assert whole.texts_note == ""


def test_a_state_is_left_alone_where_the_rank_histogram_has_all() -> None:
    def never() -> None:
        raise AssertionError

    dataset = Statistics.of(pa.table({"t": ["b", "a", "b"]})).dataset
    assert DatasetView(dataset, state=never).features["t",].texts == {"a": 1.0, "b": 2.0}


def test_number_of_values_where_the_total_was_not_written() -> None:
    view = DatasetView(DatasetStatistics(features=(number("f", num_non_missing=4, avg_num_values=2.5),)))
    assert view.features["f",].num_values == 10.0
