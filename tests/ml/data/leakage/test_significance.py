from __future__ import annotations

import pytest
from scipy import stats

from penstock.ml.data.leakage.significance import (
    auc_lower_bound,
    chi_square_p,
    scaled,
    wilson_bounds,
)


@pytest.mark.parametrize(("part", "whole"), [(0, 10), (10, 10), (3, 7), (960, 1000)])
def test_wilson_bounds_are_those_of_scipy(part: int, whole: int) -> None:
    interval = stats.binomtest(part, whole).proportion_ci(0.98, method="wilson")
    assert wilson_bounds(part, whole) == pytest.approx((interval.low, interval.high), abs=1e-12)
    assert wilson_bounds(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize("degrees", [1, 2, 10, 100, 5000])
@pytest.mark.parametrize("p", [0.999, 0.5, 0.01, 1e-6, 1e-100])
def test_chi_square_p_is_that_of_scipy(degrees: int, p: float) -> None:
    assert chi_square_p(float(stats.chi2.isf(p, degrees)), degrees) == pytest.approx(p, rel=1e-8)


def test_nothing_to_compare_is_no_evidence() -> None:
    assert chi_square_p(0, 3) == 1
    assert chi_square_p(3, 0) == 1


def test_few_examples_prove_little() -> None:
    assert auc_lower_bound(1.0, 10, 1000) == pytest.approx(0.7)
    assert auc_lower_bound(1.0, 10_000, 10_000) == pytest.approx(0.9997)
    assert auc_lower_bound(0.6, 20, 20) == 0.5
    assert 0.94 < auc_lower_bound(0.97, 200, 300) < 0.96
    assert auc_lower_bound(1.0, 0, 5) == 0.5


def test_scaled() -> None:
    assert [scaled(x, 0.8) for x in (0.7, 0.8, 0.85, 1.0, 2.0)] == [0, 0, 0.25, 1, 1]
