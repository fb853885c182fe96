from __future__ import annotations

import pytest
from ml.data.drift.view import histogram, numbers, texts

from penstock.core.error import DataError
from penstock.ml.data.drift.normalized_abs_difference import normalized_abs_difference


def test_both_sides_are_divided_by_the_sum_of_both() -> None:
    assert normalized_abs_difference(texts({"a": 1, "b": 3}), texts({"a": 5, "b": 3})) == pytest.approx(4 / 12)


def test_more_rows_of_the_same_shares_are_a_difference() -> None:
    assert normalized_abs_difference(texts({"a": 1, "b": 1}), texts({"a": 3, "b": 3})) == pytest.approx(2 / 8)


def test_numbers_are_refused() -> None:
    feature = numbers(histogram([(0, 1, 5)]))
    with pytest.raises(DataError, match="normalised absolute difference"):
        normalized_abs_difference(feature, feature)
