from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from naive_statistics import naive_state

from penstock.ml.data.metadata.statistics import CrossStatistics, LiftSeries
from penstock.ml.data.statistics.cross import cross_of
from penstock.ml.data.statistics.options import StatisticsOptions
from penstock.ml.data.statistics.state import DatasetState
from penstock.ml.data.statistics.view_cross import cross_statistics


def view(columns: dict[str, Any], weights: list[float] | None = None, **sizes: Any) -> CrossStatistics:
    table = pa.table(columns)
    units = None if weights is None else (np.array(weights) * (1 << 20)).astype(np.int64)
    weight = None if units is None else int(units.sum())
    state = DatasetState("", table.num_rows, {}, weight, {("x", "y"): cross_of(table, "x", "y", units)})
    (found,) = cross_statistics(state, StatisticsOptions(**sizes))
    return found


def lifts(series: LiftSeries) -> list[tuple[Any, float, int | None, int | None]]:
    return [
        (v.x_string if v.x_int is None else v.x_int, v.lift, v.x_count, v.x_and_y_count) for v in series.lift_values
    ]


def test_correlation_agrees_with_numpy() -> None:
    random = np.random.default_rng(4)
    x = random.normal(1e6, 1, 300)
    y = 3 * x + random.normal(0, 2, 300)
    found = view({"x": x, "y": y})
    assert found.count == 300
    assert found.num_cross_stats is not None
    assert found.num_cross_stats.correlation == pytest.approx(np.corrcoef(x, y)[0, 1], rel=1e-6)
    assert found.num_cross_stats.covariance == pytest.approx(np.cov(x, y, ddof=0)[0, 1], rel=1e-6)


def test_a_constant_has_no_correlation() -> None:
    found = view({"x": [1.0, 1.0], "y": [1, 2]}).num_cross_stats
    assert found is not None
    assert (found.correlation, found.covariance) == (0.0, 0.0)


def test_the_sign_of_a_correlation() -> None:
    found = view({"x": [1, 2, 3], "y": [-1.0, -2.0, -3.0]}).num_cross_stats
    assert found is not None
    assert found.correlation == -1.0


def test_no_common_row() -> None:
    found = view({"x": [1, None], "y": [None, 2]})
    assert (found.count, found.num_cross_stats) == (0, None)


def test_infinities_leave_it_unknown() -> None:
    found = view({"x": [1.0, math.inf], "y": [1.0, 2.0]})
    assert found.count == 2
    assert found.num_cross_stats is not None
    assert math.isnan(found.num_cross_stats.correlation)


def test_lift_is_the_conditional_share_over_the_share() -> None:
    found = view({"x": ["a", "a", "b", None, "c"], "y": [1, 1, 10, 10, None]}).categorical_cross_stats
    assert found is not None
    assert found.lift is not None
    one, ten = found.lift.lift_series
    assert (one.y_int, one.y_count, ten.y_int, ten.y_count) == (1, 2, 10, 2), "in the order of numbers"
    assert lifts(one) == [("a", 2.5, 2, 2), ("b", 0.0, 1, 0), ("c", 0.0, 1, 0)]
    assert lifts(ten) == [("b", 2.5, 1, 1), ("a", 0.0, 2, 0), ("c", 0.0, 1, 0)]


def test_the_longest_lists_are_cut() -> None:
    found = view({"x": ["a", "b", "c"], "y": [True, True, True]}, rank_buckets=2).categorical_cross_stats
    assert found is not None
    assert found.lift is not None
    assert [value.x_string for value in found.lift.lift_series[0].lift_values] == ["a", "b"]


def test_weighted_lift() -> None:
    found = view({"x": ["a", "a", "b"], "y": ["p", "q", "p"]}, [1.0, 3.0, 0.0]).categorical_cross_stats
    assert found is not None
    assert found.lift is not None
    (p, q) = found.lift.weighted_lift_series
    assert [(v.x_string, v.lift, v.weighted_x_count, v.weighted_x_and_y_count) for v in p.lift_values] == [
        ("a", 1.0, 4.0, 1.0)
    ]
    assert (p.weighted_y_count, q.weighted_y_count) == (1.0, 3.0)
    assert len(found.lift.lift_series[0].lift_values) == 2


def test_statistics_without_crosses_have_none() -> None:
    assert cross_statistics(naive_state(pa.table({"x": [1]})), StatisticsOptions()) == ()
