from __future__ import annotations

import math
import random
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from naive_statistics import exact, sum_of, sum_of_squares

from penstock.ml.data.statistics.exact_sum import add, mean, scaled, standard_deviation
from penstock.ml.data.statistics.state import ExactSum

finite = st.floats(allow_nan=False, allow_infinity=False)
moderate = st.floats(min_value=-1e140, max_value=1e140)


@given(st.lists(moderate, max_size=30))
def test_sum_equals_fsum(numbers: list[float]) -> None:
    assert mean(sum_of(numbers), 1) == math.fsum(numbers)


@given(st.lists(finite, max_size=20), st.randoms())
def test_order_and_grouping_do_not_count(numbers: list[float], shuffler: random.Random) -> None:
    cut = shuffler.randint(0, len(numbers))
    mixed = numbers[:]
    shuffler.shuffle(mixed)
    assert add([sum_of(mixed[:cut]), sum_of(mixed[cut:])]) == sum_of(numbers)


@given(st.integers(), st.integers(-1200, 1200))
def test_canonical_form_is_odd(mantissa: int, exponent: int) -> None:
    found = scaled(mantissa, exponent)
    assert Fraction(found.mantissa) * Fraction(2) ** found.exponent == Fraction(mantissa) * Fraction(2) ** exponent
    assert found.mantissa % 2 == 1 or found == ExactSum()


@given(finite)
def test_exact_keeps_every_bit(number: float) -> None:
    found = exact(number)
    assert Fraction(found.mantissa) * Fraction(2) ** found.exponent == Fraction(number)


@given(st.lists(moderate, min_size=1, max_size=30))
def test_mean_is_the_rounded_quotient(numbers: list[float]) -> None:
    expected = float(sum(map(Fraction, numbers), Fraction()) / len(numbers))
    assert mean(sum_of(numbers), len(numbers)) == expected


@given(st.lists(moderate, min_size=1, max_size=30))
def test_deviation_is_the_rounded_root(numbers: list[float]) -> None:
    found = Fraction(standard_deviation(sum_of(numbers), sum_of_squares(numbers), len(numbers)))
    fractions = [Fraction(number) for number in numbers]
    centre = sum(fractions, Fraction()) / len(fractions)
    variance = sum(((item - centre) ** 2 for item in fractions), Fraction()) / len(fractions)
    below, above = (Fraction(math.nextafter(float(found), towards)) for towards in (-math.inf, math.inf))
    # Nearest: the root lies between the middles to both neighbours.
    assert ((below + found) / 2) ** 2 <= variance or found == 0
    assert variance <= ((found + above) / 2) ** 2


def test_deviation_has_no_cancellation() -> None:
    numbers = [1e9 + item for item in (4.0, 7.0, 13.0, 16.0)]
    assert standard_deviation(sum_of(numbers), sum_of_squares(numbers), 4) == math.sqrt(22.5)


def test_deviation_agrees_with_numpy() -> None:
    numbers = np.random.default_rng(7).normal(20, 3, 5000)
    found = standard_deviation(sum_of(numbers.tolist()), sum_of_squares(numbers.tolist()), numbers.size)
    assert found == pytest.approx(np.std(numbers), rel=1e-12)
    assert mean(sum_of(numbers.tolist()), numbers.size) == pytest.approx(np.mean(numbers), rel=1e-12)


def test_weights_take_the_place_of_the_count() -> None:
    numbers, weights = [1.0, 2.0, 4.0], [3, 0, 5]
    total = add(scaled(w * exact(x).mantissa, exact(x).exponent) for x, w in zip(numbers, weights, strict=True))
    assert mean(total, sum(weights)) == 23 / 8


def test_beyond_the_largest_float() -> None:
    assert mean(sum_of([1.7e308, 1.7e308]), 1) == math.inf
    assert mean(sum_of([-1.7e308, -1.7e308]), 1) == -math.inf
    assert mean(sum_of([1.7e308, 1.7e308]), 2) == 1.7e308


def test_the_smallest_floats() -> None:
    assert mean(exact(5e-324), 1) == 5e-324
    assert standard_deviation(sum_of([0.0, 1e-323]), sum_of_squares([0.0, 1e-323]), 2) == 5e-324
