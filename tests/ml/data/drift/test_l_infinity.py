from __future__ import annotations

import pytest
from ml.data.drift.view import histogram, numbers, texts

from penstock.core.error import DataError
from penstock.ml.data.drift.l_infinity import l_infinity


def test_the_share_that_changed_most_is_the_distance() -> None:
    assert l_infinity(texts({"a": 5, "b": 5}), texts({"a": 20, "b": 60, "c": 20})) == pytest.approx(0.3)


def test_each_side_is_divided_by_its_own_sum() -> None:
    assert l_infinity(texts({"a": 1, "b": 3}), texts({"a": 100, "b": 300})) == 0


def test_numbers_are_refused_and_not_called_equal() -> None:
    feature = numbers(histogram([(0, 1, 5)]))
    with pytest.raises(DataError, match="'x' is FLOAT and its statistics count no values") as caught:
        l_infinity(feature, feature)
    assert "jensen_shannon_divergence" in caught.value.fix
    with pytest.raises(DataError):
        l_infinity(texts({"a": 1}), feature)


def test_weights_count_by_default_where_both_sides_have_them() -> None:
    a, b = texts({"a": 1, "b": 1}, {"a": 1, "b": 3}), texts({"a": 1, "b": 1}, {"a": 1, "b": 1})
    assert l_infinity(a, b) == pytest.approx(0.25)
    assert l_infinity(a, b, is_weighted=False) == 0
    assert l_infinity(a, texts({"a": 1, "b": 1})) == 0


def test_a_side_without_values_is_as_far_as_the_other_is_concentrated() -> None:
    assert l_infinity(texts({}), texts({"a": 1, "b": 3})) == 0.75
    assert l_infinity(texts({}), texts({})) == 0
