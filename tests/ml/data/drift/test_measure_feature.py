from __future__ import annotations

import math

import pyarrow as pa
import pytest
from ml.data.drift.state import statistics

from penstock.ml.data.drift import compare
from penstock.ml.data.drift.measurement import MEASURES
from penstock.ml.data.statistics import Statistics


def measured(a: Statistics, b: Statistics, name: str) -> dict[str, float]:
    return {item.measure: item.value for item in compare(a, b).feature(name).measurements}


def test_nan_are_a_change_of_their_own() -> None:
    found = measured(
        statistics(x=pa.array([1.0, 2.0, math.nan, None])), statistics(x=pa.array([1.0, 2.0, 1.0, 2.0])), "x"
    )
    assert found["nan_change"] == pytest.approx(1 / 3)
    assert found["missing_change"] == 0.25
    assert found["kolmogorov_smirnov"] == found["wasserstein"] == 0
    assert found["psi"] > 0.1


def test_a_side_of_nan_alone_has_no_distribution() -> None:
    found = measured(statistics(x=pa.array([math.nan] * 3)), statistics(x=pa.array([1.0] * 3)), "x")
    assert set(found) == {"missing_change", "jensen_shannon", "nan_change"}
    assert found["nan_change"] == 1


def test_a_side_of_infinities_alone_has_no_distance() -> None:
    found = measured(statistics(x=pa.array([math.inf] * 3)), statistics(x=pa.array([1.0] * 3)), "x")
    assert found["kolmogorov_smirnov"] == 1
    assert "wasserstein" not in found


def test_a_side_without_values_has_its_share_of_missing_ones() -> None:
    empty = statistics(x=pa.array([None, None], pa.float64()), t=pa.array([None, None], pa.string()))
    full = statistics(x=pa.array([1.0, 2.0]), t=pa.array(["a", "b"]))
    assert measured(empty, full, "x") == measured(empty, full, "t") == {"missing_change": 1.0}


def test_a_changed_constant_is_infinitely_many_deviations_away() -> None:
    found = measured(statistics(x=pa.array([1.0, 1.0])), statistics(x=pa.array([2.0, 2.0])), "x")
    assert (found["wasserstein"], found["wasserstein_normalized"], found["mean_change"]) == (1, math.inf, math.inf)
    assert found["std_change"] == 0


def test_booleans_lists_and_structs_are_measured_by_their_values() -> None:
    before = statistics(f=pa.array([True, False]), l=pa.array([[1], [2, 3]]), s=pa.array([{"x": 1.0}, None]))
    after = statistics(f=pa.array([True, True]), l=pa.array([[1], [2, 9]]), s=pa.array([{"x": 1.0}, {"x": 5.0}]))
    assert measured(before, after, "f")["kolmogorov_smirnov"] == 0.5
    assert measured(before, after, "l")["wasserstein"] == pytest.approx(2)
    assert measured(before, after, "s") == {"missing_change": 0.5}
    assert measured(before, after, "s.x")["wasserstein"] == pytest.approx(2)


def test_very_many_texts_are_compared_by_what_the_states_know() -> None:
    before = statistics(t=pa.array([f"value {i % 3000}" for i in range(9000)]))
    after = statistics(t=pa.array([f"value {i % 3000}" for i in range(9000)]))
    moved = statistics(t=pa.array([f"value {i % 3000 + 1500}" for i in range(9000)]))
    # The rank histograms list 1,000 of the 3,000 values only.
    assert measured(before, after, "t")["jensen_shannon"] == 0
    assert measured(before, moved, "t")["jensen_shannon"] == pytest.approx(0.5)
    assert {item.basis for item in compare(before, moved).feature("t").measurements} == {""}


def test_only_known_measures_are_made() -> None:
    some = statistics(x=pa.array([1.0, math.nan]), t=pa.array(["a", "b"]), b=pa.array([b"1", b"2"]))
    other = statistics(x=pa.array([2.0, 1.0]), t=pa.array(["a", "a"]), b=pa.array([b"1", b"3"]))
    names = {item.measure for feature in compare(some, other).features for item in feature.measurements}
    assert names == set(MEASURES)
