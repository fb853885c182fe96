from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from ml.data.drift.view import numbers, texts

from penstock.ml.data.drift.value_counts import both_weighted, greatest_difference, name_of, value_counts
from penstock.ml.data.metadata.statistics import FeatureStatistics

COUNTS = st.dictionaries(st.text(max_size=3), st.integers(1, 1000).map(float), max_size=8)


def test_values_come_in_the_order_of_their_bytes_without_those_of_no_rows() -> None:
    assert list(value_counts(texts({"b": 2, "é": 1, "a": 0, "Z": 4}))) == ["Z", "b", "é"]


def test_weighted_counts_are_only_those_of_weighted_statistics() -> None:
    both = texts({"a": 1}, {"a": 2.5})
    assert value_counts(both, is_weighted=True) == {"a": 2.5}
    assert value_counts(texts({"a": 1}), is_weighted=True) == {}
    assert value_counts(numbers()) == {}


def test_weights_count_where_both_sides_have_them() -> None:
    weighted, plain = texts({"a": 1}, {"a": 2.5}), texts({"a": 1})
    assert both_weighted(weighted, weighted, None)
    assert not both_weighted(weighted, plain, None)
    assert both_weighted(weighted, plain, True)


def test_a_feature_is_called_by_its_name_or_its_path() -> None:
    assert name_of(FeatureStatistics(name="a")) == "a"
    assert name_of(texts({})) == "t"


def test_of_equal_differences_the_last_value_counts() -> None:
    assert greatest_difference({"a": 1, "b": 1}, {"c": 2}) == ("c", 1.0)
    assert greatest_difference({"a": 1, "b": 1}, {"a": 1, "b": 3}) == ("b", 0.25)
    assert greatest_difference({}, {}) == ("", 0.0)


@given(COUNTS, COUNTS)
def test_a_difference_is_symmetric_and_a_share(a: dict[str, float], b: dict[str, float]) -> None:
    for is_combined in (False, True):
        difference = greatest_difference(a, b, is_combined=is_combined)
        assert difference == greatest_difference(b, a, is_combined=is_combined)
        assert 0 <= difference[1] <= 1
        assert greatest_difference(a, a, is_combined=is_combined)[1] == 0
