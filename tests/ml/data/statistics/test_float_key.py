from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from penstock.ml.data.statistics.float_key import bit_lengths, bounds_of, keys_of, numbers_of, spread_of

finite = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(finite, min_size=1))
def test_keys_are_in_the_order_of_numbers_and_lead_back(numbers: list[float]) -> None:
    keys = keys_of(np.array(numbers))
    assert [numbers[i] for i in np.argsort(keys, kind="stable")] == sorted(numbers)
    back = numbers_of(keys)
    assert back.tolist() == numbers
    assert not np.signbit(back[back == 0]).any(), "both zeros are one number"


def test_neighbouring_floats_have_neighbouring_keys() -> None:
    for number in (1.0, -1.0, 5e-324, 1e300, -1e-300):
        low, high = keys_of(np.array([number, math.nextafter(number, math.inf)]))
        assert high - low == 1 + (number < 0 <= math.nextafter(number, math.inf))


@given(finite, st.integers(0, 63))
def test_a_number_lies_within_the_bounds_of_its_bin(number: float, shift: int) -> None:
    bins = keys_of(np.array([number])) >> np.int64(shift)
    lows, highs = bounds_of(bins, shift)
    assert lows[0] <= number <= highs[0]
    assert math.isfinite(lows[0])
    assert math.isfinite(highs[0])


@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=2, unique=True))
def test_spread_is_the_shift_at_which_neighbours_meet(numbers: list[int]) -> None:
    ordered = np.array(sorted(numbers), dtype=np.int64)
    for first, second, shift in zip(ordered[:-1].tolist(), ordered[1:].tolist(), spread_of(ordered), strict=True):
        assert first >> int(shift) == second >> int(shift) or shift == 64
        assert first >> int(shift - 1) != second >> int(shift - 1)


@given(st.lists(st.integers(0, 2**64 - 1)))
def test_bit_lengths(numbers: list[int]) -> None:
    assert bit_lengths(np.array(numbers, dtype=np.uint64)).tolist() == [number.bit_length() for number in numbers]
