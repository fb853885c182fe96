from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.ml.data.statistics.scan.exact_moment import ExactMoments
from penstock.ml.data.statistics.state import ExactSum

floats = st.floats(allow_nan=False, allow_infinity=False)
weights_of_rows = st.integers(0, 2**62)


def as_fraction(total: ExactSum) -> Fraction:
    return Fraction(total.mantissa) * Fraction(2) ** total.exponent


def check(numbers: np.ndarray, weights: np.ndarray | None = None) -> None:
    moments = ExactMoments(is_weighted=weights is not None)
    moments.add(numbers, weights)
    exact = [Fraction(number) for number in numbers.tolist()]
    assert as_fraction(moments.total) == sum(exact)
    assert as_fraction(moments.squares) == sum(number * number for number in exact)
    if weights is not None:
        assert moments.weighted is not None
        pairs = list(zip(exact, weights.tolist(), strict=True))
        assert as_fraction(moments.weighted.total) == sum(number * weight for number, weight in pairs)
        assert as_fraction(moments.weighted.squares) == sum(number * number * weight for number, weight in pairs)


@given(st.lists(floats, max_size=30))
def test_sums_of_floats_are_those_of_fractions(numbers: list[float]) -> None:
    check(np.array(numbers, dtype=np.float64))


@given(st.lists(st.tuples(floats, weights_of_rows), max_size=20))
def test_weighted_sums_of_floats_are_those_of_fractions(rows: list[tuple[float, int]]) -> None:
    check(np.array([row[0] for row in rows], dtype=float), np.array([row[1] for row in rows], dtype=np.int64))


@given(st.lists(st.tuples(st.integers(-(2**63), 2**63 - 1), weights_of_rows), max_size=20))
def test_sums_of_integers_are_exact(rows: list[tuple[int, int]]) -> None:
    check(np.array([row[0] for row in rows], dtype=np.int64), np.array([row[1] for row in rows], dtype=np.int64))


@pytest.mark.parametrize(
    "numbers",
    [
        np.full(20_000, 1.7976931348623157e308),
        np.full(20_000, 5e-324),
        np.tile([1e308, -5e-324, 1.0], 6000),
        np.full(20_000, 2**64 - 1, dtype=np.uint64),
        np.full(20_000, -(2**63)),
        np.zeros(20_000),
        np.random.default_rng(7).normal(size=20_000) * 1e-310,
    ],
    ids=["largest", "smallest", "both", "uint64", "int64", "zeros", "subnormal"],
)
def test_many_numbers_at_the_ends_of_the_range(numbers: np.ndarray) -> None:
    check(numbers)


def test_order_and_batches_do_not_matter() -> None:
    numbers = np.random.default_rng(3).normal(size=30_000) * 10.0 ** np.random.default_rng(4).integers(-9, 9, 30_000)
    whole = ExactMoments()
    whole.add(numbers)
    parts = ExactMoments()
    for part in np.array_split(numbers[::-1], 7):
        one = ExactMoments()
        one.add(part)
        parts.merge(one)
    assert (parts.total, parts.squares) == (whole.total, whole.squares)
