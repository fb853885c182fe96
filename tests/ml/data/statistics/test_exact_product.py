from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from penstock.ml.data.statistics.exact_product import sum_of_products

finite = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(st.tuples(finite, finite), max_size=30))
def test_no_bit_is_lost(pairs: list[tuple[float, float]]) -> None:
    first, second = (np.array([pair[side] for pair in pairs], dtype=np.float64) for side in (0, 1))
    found = sum_of_products(first, second)
    expected = sum((Fraction(x) * Fraction(y) for x, y in pairs), Fraction())
    assert Fraction(found.mantissa) * Fraction(2) ** found.exponent == expected


def test_many_equal_products_do_not_overflow() -> None:
    numbers = np.full(100_000, -(2.0**53) + 1)
    assert sum_of_products(numbers, numbers).mantissa % 2 == 1
    assert float(sum_of_products(numbers, -numbers).mantissa) < 0
