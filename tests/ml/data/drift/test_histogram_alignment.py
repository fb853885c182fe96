from __future__ import annotations

import math

import pytest
from ml.data.drift.view import histogram

from penstock.ml.data.drift.histogram_alignment import aligned_masses


def test_buckets_are_cut_at_all_borders() -> None:
    a, b = aligned_masses(histogram([(0, 4, 4)]), histogram([(1, 2, 5), (2, 6, 4)]))
    # Between 0, 1, 2, 4 and 6; then the infinite ones of either side.
    assert a == [1, 1, 2, 0, 0, 0]
    assert b == [0, 5, 2, 2, 0, 0]


def test_points_stay_points() -> None:
    a, b = aligned_masses(histogram([(1, 1, 2), (1, 1, 3)]), histogram([(0, 2, 4), (2, 2, 1)]))
    assert a == [0, 5, 0, 0, 0]
    assert b == [4, 0, 1, 0, 0]


def test_infinite_buckets_and_nan_match_nothing() -> None:
    a = histogram([(-math.inf, 0, 1), (0, 1, 2), (1, math.inf, 3)], num_nan=7)
    assert aligned_masses(a, a) == ([2, 4, 0, 0, 7], [2, 0, 4, 7, 0])


def test_the_greatest_numbers_do_not_overflow() -> None:
    a, b = aligned_masses(histogram([(-1.7e308, 1.7e308, 4)]), histogram([(0, 1.7e308, 1)]))
    assert a[:2] == pytest.approx([2, 2])
    assert b[:2] == [0, 1]
