from __future__ import annotations

import math

import numpy as np
import pytest
from ml.data.drift.state import numeric
from ml.data.drift.view import histogram

from penstock.ml.data.drift.common_cells import cells_of_histograms, cells_of_states
from penstock.ml.data.statistics.state import MAX_BINS


def test_few_numbers_have_points_of_their_own() -> None:
    cells = cells_of_states(numeric([1.5, 1.5, -2.0]), numeric([-0.0, 1.5, math.inf, math.nan]))
    assert cells.lows.tolist() == cells.highs.tolist() == [-2, 0, 1.5]
    assert cells.a.masses.tolist() == [1, 0, 2]
    assert cells.b.masses.tolist() == [0, 1, 1]
    assert (cells.b.above, cells.b.below, cells.b.nan, cells.b.total) == (1, 0, 1, 3)
    assert cells.basis == ""


def test_many_numbers_share_the_coarser_resolution() -> None:
    generator = np.random.default_rng(1)
    fine, coarse = numeric(generator.normal(size=50)), numeric(generator.normal(size=30_000))
    cells = cells_of_states(fine, coarse)
    assert cells.lows.size <= 2 * MAX_BINS
    assert (cells.a.masses.sum(), cells.b.masses.sum()) == (50, 30_000)
    assert (cells.lows[1:] > cells.highs[:-1]).all()
    assert cells.basis.startswith("numbers to ")
    assert (cells.lows[0], cells.highs[-1]) == (coarse.minimum, coarse.maximum)


def test_histograms_are_cut_at_borders_and_points() -> None:
    a = histogram([(0, 10, 10), (10, 10, 5)])
    b = histogram([(5, 5, 4), (-math.inf, -math.inf, 1), (math.inf, math.inf, 2)], num_nan=3)
    cells = cells_of_histograms(a, b)
    assert list(zip(cells.lows, cells.highs, strict=True)) == [(0, 5), (5, 5), (5, 10), (10, 10)]
    assert cells.a.masses.tolist() == [5, 0, 5, 5]
    assert cells.b.masses.tolist() == [0, 4, 0, 0]
    assert (cells.b.below, cells.b.above, cells.b.nan) == (1, 2, 3)


def test_nothing_on_both_sides_has_no_cells() -> None:
    cells = cells_of_histograms(histogram([]), histogram([]))
    assert cells.lows.size == 0
    assert cells.a.total == 0
    assert cells_of_states(numeric([math.nan]), numeric([math.inf])).a.total == 0


def test_a_total_is_of_all_numbers_but_nan() -> None:
    assert cells_of_states(numeric([1, math.nan]), numeric([1])).a.total == pytest.approx(1)
