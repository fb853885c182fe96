from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ml.data.drift.state import numeric
from ml.data.drift.view import histogram
from scipy.stats import wasserstein_distance

from penstock.core.error import DataError
from penstock.ml.data.drift.common_cells import cells_of_histograms, cells_of_states
from penstock.ml.data.drift.wasserstein import wasserstein

SAMPLES = st.lists(st.floats(-1e6, 1e6, allow_nan=False), min_size=1, max_size=30)


@given(SAMPLES, SAMPLES)
def test_few_numbers_give_scipys_distance(a: list[float], b: list[float]) -> None:
    found = wasserstein(cells_of_states(numeric(a), numeric(b)))
    assert found == pytest.approx(wasserstein_distance(a, b), rel=1e-9, abs=1e-8)


def test_many_numbers_give_it_nearly() -> None:
    generator = np.random.default_rng(3)
    a, b = generator.normal(size=20_000), generator.normal(0.1, 1.1, size=15_000)
    assert wasserstein(cells_of_states(numeric(a), numeric(b))) == pytest.approx(wasserstein_distance(a, b), rel=1e-3)


def test_lines_that_cross_inside_a_cell_count_on_both_sides() -> None:
    # All in the middle against evenly: the distributions cross at 1.
    cells = cells_of_histograms(histogram([(0, 2, 1)]), histogram([(1, 1, 1)]))
    assert wasserstein(cells) == pytest.approx(0.5)
    crossing = cells_of_histograms(histogram([(0, 1, 0.75), (1, 2, 0.25)]), histogram([(-1, 0, 0.5), (0, 3, 0.5)]))
    points = np.linspace(-1, 3, 400_001)
    a = np.interp(points, [-1, 0, 1, 2, 3], [0, 0, 0.75, 1, 1])
    b = np.interp(points, [-1, 0, 3], [0, 0.5, 1])
    assert wasserstein(crossing) == pytest.approx(np.trapezoid(np.abs(a - b), points), rel=1e-6)


def test_infinities_and_nan_do_not_count() -> None:
    assert wasserstein(cells_of_states(numeric([1, math.inf, math.nan]), numeric([3, -math.inf]))) == 2


def test_numbers_further_apart_than_doubles_reach_are_infinitely_far() -> None:
    assert wasserstein(cells_of_states(numeric([-1.7e308]), numeric([1.7e308]))) == math.inf


def test_a_side_without_finite_numbers_is_refused() -> None:
    with pytest.raises(DataError, match="no finite numbers"):
        wasserstein(cells_of_states(numeric([math.inf]), numeric([1.0])))
