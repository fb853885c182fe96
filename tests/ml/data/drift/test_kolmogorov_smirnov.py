from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ml.data.drift.state import numeric
from ml.data.drift.view import histogram
from scipy.stats import ks_2samp, kstwobign

from penstock.core.error import DataError
from penstock.ml.data.drift.common_cells import cells_of_histograms, cells_of_states
from penstock.ml.data.drift.kolmogorov_smirnov import kolmogorov_smirnov, p_value

SAMPLES = st.lists(st.integers(-8, 8), min_size=1, max_size=30)


@given(SAMPLES, SAMPLES)
def test_few_numbers_give_scipys_statistic(a: list[int], b: list[int]) -> None:
    expected = ks_2samp(a, b, method="exact").statistic
    assert kolmogorov_smirnov(cells_of_states(numeric(a), numeric(b))) == pytest.approx(expected, abs=1e-12)


def test_many_numbers_give_it_nearly() -> None:
    generator = np.random.default_rng(3)
    a, b = generator.lognormal(size=20_000), generator.lognormal(0.1, size=15_000)
    found = kolmogorov_smirnov(cells_of_states(numeric(a), numeric(b)))
    assert found == pytest.approx(ks_2samp(a, b).statistic, abs=1e-3)


def test_infinities_are_the_outermost_numbers_and_nan_none() -> None:
    a, b = [-math.inf, 1, 2, math.nan], [1, 2, math.inf, math.inf]
    expected = ks_2samp([-math.inf, 1, 2], b, method="exact").statistic
    assert kolmogorov_smirnov(cells_of_states(numeric(a), numeric(b))) == pytest.approx(expected)


def test_histograms_give_the_distance_of_lines() -> None:
    cells = cells_of_histograms(histogram([(0, 4, 1)]), histogram([(0, 2, 1)]))
    assert kolmogorov_smirnov(cells) == 0.5


def test_a_side_without_numbers_is_refused() -> None:
    with pytest.raises(DataError, match="no numbers"):
        kolmogorov_smirnov(cells_of_states(numeric([math.nan]), numeric([1.0])))


@pytest.mark.parametrize("statistic", [0.0, 1e-6, 0.001, 0.01, 0.02, 0.037, 0.0374, 0.05, 0.2, 1.0])
def test_p_values_are_those_of_kolmogorovs_distribution(statistic: float) -> None:
    x = statistic * math.sqrt(1000 * 2000 / 3000 * 1.5)
    assert p_value(statistic, 1500, 3000) == pytest.approx(kstwobign.sf(x), rel=1e-9, abs=1e-300)
