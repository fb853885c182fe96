from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ml.data.drift.view import histogram, numbers, texts
from scipy.spatial.distance import jensenshannon

from penstock.core.error import DataError, UsageError
from penstock.ml.data.drift.jensen_shannon import divergence, jensen_shannon

PAIRS = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=20).filter(
    lambda pairs: any(a for a, _ in pairs) and any(b for _, b in pairs)
)


@given(PAIRS)
def test_divergence_is_the_square_of_scipys_distance(pairs: list[tuple[int, int]]) -> None:
    a, b = np.array(pairs, dtype=float).T
    assert divergence(a, b) == pytest.approx(jensenshannon(a, b, base=2) ** 2, abs=1e-12)
    assert divergence(a, b) == pytest.approx(divergence(b, a), abs=1e-15)
    assert 0 <= divergence(a, b) <= 1
    assert divergence(a, a) == pytest.approx(0, abs=1e-15)


def test_nothing_in_common_is_one_bit_apart() -> None:
    assert jensen_shannon(texts({"a": 3}), texts({"b": 5, "c": 1})) == 1.0


def test_numbers_are_spread_evenly_over_common_buckets() -> None:
    a, b = numbers(histogram([(0, 2, 8)])), numbers(histogram([(0, 1, 6), (1, 2, 2)]))
    assert jensen_shannon(a, b) == pytest.approx(divergence([4, 4], [6, 2]))


def test_the_source_chooses_the_histogram() -> None:
    standard = histogram([(0, 1, 1)])
    a = numbers(standard, histogram([(0, 1, 1)], type="QUANTILES"))
    b = numbers(standard, histogram([(5, 6, 1)], type="QUANTILES"))
    assert jensen_shannon(a, b) == jensen_shannon(a, b, "STANDARD") == 0
    assert jensen_shannon(a, b, "QUANTILES") == 1
    with pytest.raises(UsageError, match="no histogram 'MEDIAN'"):
        jensen_shannon(a, b, "MEDIAN")  # type: ignore[arg-type]


def test_nan_never_match_as_in_tfdv_but_only_between_equal_borders() -> None:
    a = numbers(histogram([(0, 1, 1)], num_nan=1))
    assert jensen_shannon(a, a) == 0.5
    assert jensen_shannon(a, numbers(histogram([(0, 1, 0.5), (1, 2, 0.0)], num_nan=9))) == 0


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        (texts({"a": 1}), numbers(histogram([(0, 1, 1)])), "STRING on one side and FLOAT on the other"),
        (texts({"a": 1}), texts({}), "have no values"),
        (numbers(histogram([(0, 1, 1)])), numbers(), "no histogram for source DEFAULT"),
        (numbers(histogram([(0, 1, 1)])), numbers(histogram([])), "one side has no values"),
    ],
)
def test_what_cannot_be_compared_is_refused(a: object, b: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        jensen_shannon(a, b)  # type: ignore[arg-type]
