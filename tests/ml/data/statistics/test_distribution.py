from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from penstock.ml.data.metadata.statistics import Histogram
from penstock.ml.data.statistics.distribution import (
    Distribution,
    mass_up_to,
    median,
    of_histogram,
    quantile_histogram,
    quantiles,
    standard_histogram,
    with_infinities,
)
from penstock.ml.data.statistics.prefix_histogram import of_numbers

wholes = st.lists(st.integers(-50, 50).map(float), min_size=1, max_size=60)


def exact(values: list[float]) -> Distribution:
    return of_histogram(of_numbers(np.array(values)), min(values), max(values))


def coarse(values: np.ndarray, limit: int, *, is_integral: bool = False) -> Distribution:
    histogram = of_numbers(values, limit=limit)
    return of_histogram(histogram, float(values.min()), float(values.max()), is_integral=is_integral)


def rows(histogram: Histogram) -> list[tuple[float, float, float]]:
    return [(bucket.low_value, bucket.high_value, bucket.sample_count) for bucket in histogram.buckets]


@given(wholes, st.integers(2, 12))
def test_quantiles_are_numbers_of_the_data(values: list[float], parts: int) -> None:
    ordered, count = sorted(values), len(values)
    borders, cumulated = quantiles(exact(values), parts)
    # The first number whose cumulated count exceeds the rank.
    assert borders.tolist() == [ordered[min(k * count // parts, count - 1)] for k in range(parts + 1)]
    assert cumulated.tolist() == [sum(value <= border for value in values) for border in borders]


@pytest.mark.parametrize(("values", "expected"), [([1, 2, 3, 4, 5], 3), ([1, 2, 3, 4], 3), ([7], 7), ([1, 1, 9], 1)])
def test_the_median_is_a_number_of_the_data(values: list[float], expected: float) -> None:
    assert median(exact(values)) == expected


def test_coarse_quantiles_are_near() -> None:
    values = np.random.default_rng(5).lognormal(size=20_000)
    borders, cumulated = quantiles(coarse(values, 256), 10)
    assert borders[0] == values.min()
    assert borders[-1] == values.max()
    ranks = np.searchsorted(np.sort(values), borders) / values.size
    assert np.abs(ranks[1:-1] - np.arange(1, 10) / 10).max() < 0.01
    assert cumulated == pytest.approx(np.arange(11) * 2000)


def test_coarse_quantiles_of_whole_numbers_are_whole() -> None:
    values = np.arange(10_000)
    borders, _ = quantiles(coarse(values, 64, is_integral=True), 10)
    assert borders.tolist() == [0, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000, 9999]


@given(wholes, st.integers(-60, 60))
def test_mass_up_to_counts(values: list[float], point: int) -> None:
    found = exact(values)
    assert mass_up_to(found, np.array([point])).tolist() == [sum(value <= point for value in values)]
    before = np.nextafter(np.array([point], dtype=np.float64), -np.inf)
    assert mass_up_to(found, before).tolist() == [sum(value < point for value in values)]


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40), st.integers(2, 6))
def test_mass_is_monotone_and_complete(values: list[float], limit: int) -> None:
    found = coarse(np.array(values), limit)
    points = np.sort(np.array([*values, *np.linspace(-1e6, 1e6, 9)]))
    masses = mass_up_to(found, points)
    assert (np.diff(masses) >= -1e-9).all()
    assert mass_up_to(found, np.array([max(values)])).tolist() == [len(values)]
    assert mass_up_to(found, np.nextafter(np.array([min(values)]), -np.inf)).tolist() == [0]


@given(wholes, st.integers(1, 12))
def test_standard_histogram_counts_exactly(values: list[float], buckets: int) -> None:
    assume(min(values) < max(values))
    found = rows(standard_histogram(exact(values), buckets))
    edges = np.linspace(min(values), max(values), buckets + 1)
    for number, (low, high, count) in enumerate(found):
        assert (low, high) == (edges[number], edges[number + 1])
        # The lower bucket has the border; the first one has both.
        assert count == sum(low < value <= high or (number == 0 and value == low) for value in values)
    assert sum(count for _, _, count in found) == len(values)


def test_one_number_gets_one_bucket() -> None:
    assert rows(standard_histogram(exact([3.0] * 5), 10)) == [(3.0, 3.0, 5.0)]
    assert rows(quantile_histogram(exact([3.0] * 5), 10)) == [(3.0, 3.0, 0.5)] * 10


def test_infinities_get_buckets_of_their_own() -> None:
    finite = exact([1.0, 2.0, 5.0])
    found = standard_histogram(finite, 2, num_nan=4, negative=2, positive=1)
    inf = math.inf
    assert rows(found) == [(-inf, -inf, 2.0), (1.0, 3.0, 2.0), (3.0, 5.0, 1.0), (inf, inf, 1.0)]
    assert found.num_nan == 4
    spread = rows(quantile_histogram(with_infinities(finite, 2, 1), 3))
    assert spread == [(-inf, 1.0, 3.0), (1.0, 5.0, 2.0), (5.0, inf, 1.0)]
    assert median(with_infinities(finite, 2, 1)) == 2.0


def test_only_infinities() -> None:
    none = of_histogram(of_numbers(np.array([])))
    assert rows(standard_histogram(none, 10, positive=3)) == [(math.inf, math.inf, 3.0)]
    assert median(with_infinities(none, 1, 3)) == math.inf


def test_the_whole_range_of_floats_has_finite_borders() -> None:
    largest = np.finfo(np.float64).max
    found = rows(standard_histogram(exact([-largest, 0.0, largest]), 4))
    assert [count for _, _, count in found] == [1, 1, 0, 1]
    assert all(math.isfinite(low) and math.isfinite(high) for low, high, _ in found)
    assert all(math.isfinite(value) for value in quantiles(coarse(np.array([-largest, 0.0, largest]), 2), 7)[0])


@given(wholes, st.integers(2, 12))
def test_quantile_histogram_keeps_the_mass(values: list[float], buckets: int) -> None:
    found = rows(quantile_histogram(exact(values), buckets))
    assert sum(count for _, _, count in found) == pytest.approx(len(values))
    assert len(found) == buckets
    assert (found[0][0], found[-1][1]) == (min(values), max(values))


def test_quantile_histogram_as_tfdv_writes_it() -> None:
    # Worked out by hand from TFDV's rules: the mass of a border is shared by the buckets that end there.
    assert rows(quantile_histogram(exact([1.0, 2.0, 2.0, 2.0, 9.0]), 4)) == [
        (1.0, 2.0, 2.0),
        (2.0, 2.0, 1.0),
        (2.0, 2.0, 1.0),
        (2.0, 9.0, 1.0),
    ]


def test_weights_take_the_place_of_counts() -> None:
    histogram = of_numbers(np.array([1.0, 2.0, 3.0]), weights=np.array([1 << 20, 0, 3 << 20]))
    found = of_histogram(histogram, 1.0, 3.0, is_weighted=True)
    assert found.lows.tolist() == [1.0, 3.0], "a number without weight is none"
    assert median(found) == 3.0
    assert mass_up_to(found, np.array([2.5])).tolist() == [1.0]


def test_nothing_at_all() -> None:
    none = of_histogram(of_numbers(np.array([])))
    assert median(none) == 0.0
    assert standard_histogram(none, 10) == Histogram()
    assert quantile_histogram(none, 10, num_nan=2) == Histogram(num_nan=2, type="QUANTILES")
    assert mass_up_to(none, np.array([1.0])).tolist() == [0.0]
