from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pytest
from ml.data.drift.state import statistics

from penstock.ml.data.drift.feature_pair import FeaturePair
from penstock.ml.data.drift.finite_moment import finite_moments
from penstock.ml.data.statistics import Statistics, StatisticsOptions


def pair(a: Statistics, b: Statistics, *, has_states: bool = True) -> FeaturePair:
    states = [made.states[0].features[("x",)] if has_states else None for made in (a, b)]
    return FeaturePair(a.feature("x"), b.feature("x"), lambda _: states[0], lambda _: states[1])


def test_states_give_the_moments_of_the_finite_numbers() -> None:
    a, b = statistics(x=pa.array([1.0, 2.0, math.inf])), statistics(x=pa.array([1e300, -1e300, math.nan]))
    assert finite_moments(pair(a, b)) == ((1.5, 0.5), (0.0, 1e300))


def test_views_with_infinities_give_none() -> None:
    a, b = statistics(x=pa.array([1.0, 2.0])), statistics(x=pa.array([1.0, -math.inf]))
    assert finite_moments(pair(a, a, has_states=False)) == ((1.5, 0.5), (1.5, 0.5))
    assert finite_moments(pair(a, b, has_states=False)) is None


def test_weighted_moments_count_where_both_sides_have_them() -> None:
    values, weights = np.array([1.0, 2.0, 7.0]), np.array([1.0, 0.5, 2.5])
    made = Statistics.of(pa.table({"x": values, "w": weights}), options=StatisticsOptions(weight="w"))
    mean = np.average(values, weights=weights)
    expected = (mean, math.sqrt(np.average((values - mean) ** 2, weights=weights)))
    for has_states in (True, False):
        assert finite_moments(pair(made, made, has_states=has_states)) == (pytest.approx(expected),) * 2


def test_without_finite_numbers_there_are_none() -> None:
    a = statistics(x=pa.array([math.inf]))
    assert finite_moments(pair(a, a)) is None
