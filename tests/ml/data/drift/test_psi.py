from __future__ import annotations

import math

import numpy as np
import pytest
from ml.data.drift.state import numeric
from scipy.stats import entropy

from penstock.core.error import DataError
from penstock.ml.data.drift.common_cells import cells_of_states
from penstock.ml.data.drift.psi import decile_bins, psi, psi_by_chance


def test_the_index_is_the_sum_of_both_divergences_of_smoothed_shares() -> None:
    a, b = np.array([10.0, 0.0, 30.0]), np.array([5.0, 5.0, 0.0])
    p, q = (a + 0.5) / 41.5, (b + 0.5) / 11.5
    assert psi(a, b) == pytest.approx(entropy(p, q) + entropy(q, p))
    assert psi(a, a) == 0


def test_bins_end_at_the_deciles_of_the_baseline() -> None:
    values = np.arange(1000.0)
    baseline, current = decile_bins(cells_of_states(numeric(values), numeric(values[:150])))
    assert baseline.tolist() == [100] * 10
    assert current.tolist() == [100, 50] + [0] * 8


def test_a_frequent_number_is_one_bin() -> None:
    baseline, current = decile_bins(cells_of_states(numeric([0] * 95 + [1] * 5), numeric([0] * 50 + [1] * 50)))
    assert (baseline.tolist(), current.tolist()) == ([95, 5], [50, 50])


def test_numbers_beyond_the_baseline_have_a_bin() -> None:
    baseline, current = decile_bins(cells_of_states(numeric([1.0] * 10), numeric([1.0] * 4 + [7.0] * 6)))
    assert (baseline.tolist(), current.tolist()) == ([10, 0], [4, 6])


def test_infinities_are_outermost_and_nan_have_a_bin() -> None:
    a, b = numeric([1.0] * 8 + [-math.inf, math.nan]), numeric([1.0] * 9 + [math.nan])
    baseline, current = decile_bins(cells_of_states(a, b))
    assert (baseline.tolist(), current.tolist()) == ([1, 8, 1], [0, 9, 1])


def test_chance_is_what_equal_sides_give_on_average() -> None:
    generator = np.random.default_rng(5)
    shares = np.full(10, 0.1)
    found = [psi(generator.multinomial(2000, shares), generator.multinomial(3000, shares)) for _ in range(400)]
    assert np.mean(found) == pytest.approx(psi_by_chance(10, 2000, 3000), rel=0.1)


def test_a_side_without_values_is_refused() -> None:
    with pytest.raises(DataError, match="no values"):
        psi([0, 0], [1, 2])
