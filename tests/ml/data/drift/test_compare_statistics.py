from __future__ import annotations

import gzip
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
from ml.data.drift.state import statistics
from scipy.stats import ks_2samp, wasserstein_distance

from penstock.core.error import DataError, UsageError
from penstock.ml.data.drift import Comparison, compare
from penstock.ml.data.drift.jensen_shannon import jensen_shannon
from penstock.ml.data.metadata.schema import Feature, FeatureComparator, InfinityNorm, SchemaMessage
from penstock.ml.data.schema import Schema
from penstock.ml.data.statistics import Statistics, StatisticsOptions

GOLDEN = Path(__file__).parents[3] / "golden" / "tfdv" / "statistics"


def numbers(seed: int, shift: float, size: int = 2000) -> np.ndarray:
    return np.random.default_rng(seed).normal(shift, 1 + shift, size)


def foreign(name: str) -> Statistics:
    return Statistics.from_bytes(gzip.decompress((GOLDEN / f"{name}.json.gz").read_bytes()))


def values_of(feature: Any) -> dict[str, float]:
    return {item.measure: item.value for item in feature.measurements}


def test_every_measure_of_numbers_is_made_and_exact() -> None:
    a, b = numbers(1, 0), numbers(2, 0.5)
    before, after = statistics(x=pa.array(a)), statistics(x=pa.array(b))
    found = values_of(compare(before, after).feature("x"))
    assert list(found) == [
        "missing_change",
        "jensen_shannon",
        "kolmogorov_smirnov",
        "psi",
        "wasserstein",
        "wasserstein_normalized",
        "mean_change",
        "std_change",
    ]
    assert found["jensen_shannon"] == jensen_shannon(before.feature("x"), after.feature("x"))
    assert found["kolmogorov_smirnov"] == pytest.approx(ks_2samp(a, b).statistic)
    assert found["wasserstein"] == pytest.approx(wasserstein_distance(a, b))
    assert found["wasserstein_normalized"] == pytest.approx(wasserstein_distance(a, b) / a.std())
    assert found["mean_change"] == pytest.approx(abs(a.mean() - b.mean()) / a.std())
    assert found["std_change"] == pytest.approx(b.std() / a.std() - 1)


def test_every_measure_of_texts_is_made() -> None:
    found = compare(statistics(t=pa.array(["a", "a", "b", None])), statistics(t=pa.array(["a", "b", "b", "b"])))
    feature = found.feature("t")
    assert list(values_of(feature)) == [
        "missing_change",
        "l_infinity",
        "normalized_abs_difference",
        "jensen_shannon",
        "psi",
    ]
    distance = feature.measurement("l_infinity")
    assert distance is not None
    assert (distance.of, distance.baseline, distance.current) == ("b", pytest.approx(1 / 3), 0.75)
    assert feature.measurement("kolmogorov_smirnov") is None
    assert values_of(feature)["missing_change"] == 0.25


def test_without_thresholds_nothing_is_found_and_everything_reported() -> None:
    found = compare(statistics(x=pa.array(numbers(1, 0))), statistics(x=pa.array(numbers(2, 3))))
    assert found.is_ok
    assert found.feature("x").verdict == "unchecked"
    assert found.feature("x").strength > 0.5


def test_thresholds_and_the_schemas_comparators_find() -> None:
    before = statistics(x=pa.array(numbers(1, 0)), t=pa.array(["a", "b"] * 1000))
    after = statistics(x=pa.array(numbers(2, 3)), t=pa.array(["a"] * 2000))
    comparator = FeatureComparator(infinity_norm=InfinityNorm(threshold=0.1))
    schema = SchemaMessage(feature=(Feature(name="t", drift_comparator=comparator),))
    for given in (schema, Schema(schema)):
        found = compare(before, after, schema=given, thresholds={"kolmogorov_smirnov": 0.9})
        assert [(finding.feature, finding.kind) for finding in found.findings] == [("t", "l_infinity")]
        assert found.findings[0].why == "L-infinity distance 0.5 is above 0.1: 'b' 0.5 -> 0"
        assert found.feature("x").verdict == "ok"
    assert compare(before, after, schema=schema, kind="skew").is_ok


def test_a_side_without_examples_passes_no_limit(tmp_path: Path) -> None:
    some = statistics(x=pa.array([1.0, 2.0]), t=pa.array(["a", "b"]))
    nothing = statistics(x=pa.array([], pa.float64()), t=pa.array([], pa.string()))
    for before, after, told in (
        (some, nothing, "there are no examples in the current data"),
        (nothing, some, "there are no examples in the baseline"),
        (nothing, nothing, "there are no examples on either side"),
    ):
        found = compare(before, after, thresholds={"psi": 0.2})
        assert not found.is_ok
        assert [(one.feature, one.kind) for one in found.findings] == [("*", "not_comparable")]
        assert told in found.findings[0].why
        assert compare(before, after).is_ok
        assert compare(before, after).obstacle == told
        found.save(tmp_path / "a.json")
        assert Comparison.load(tmp_path / "a.json") == found
    columnless = Statistics.from_bytes(b'{"datasets": [{"name": "trips"}]}')
    assert not compare(columnless, columnless, thresholds={"psi": 0.2}).is_ok
    comparator = FeatureComparator(infinity_norm=InfinityNorm(threshold=0.1))
    schema = SchemaMessage(feature=(Feature(name="t", drift_comparator=comparator),))
    assert not compare(some, nothing, schema=schema).is_ok
    assert compare(some, nothing, schema=schema, kind="skew").is_ok


def test_a_column_without_values_on_one_side_passes_no_limit() -> None:
    full, empty = statistics(t=pa.array(["a", "b"])), statistics(t=pa.array([None, None], pa.string()))
    for before, after, where in ((full, empty, "current data"), (empty, full, "baseline")):
        (finding,) = compare(before, after, thresholds={"l_infinity": 0.1, "kolmogorov_smirnov": 0.1}).findings
        assert (finding.feature, finding.kind) == ("t", "not_comparable")
        assert finding.why == f"not measured: L-infinity distance (limit 0.1); it has no value in the {where}"
        assert compare(before, after).is_ok
    # Nothing has moved where no side has a value.
    assert compare(empty, empty, thresholds={"l_infinity": 0.1}).is_ok


def test_a_limit_of_a_feature_that_does_not_apply_is_told() -> None:
    some = statistics(x=pa.array([1.0, 2.0]), s=pa.array([{"a": 1}, {"a": 2}]))
    assert compare(some, some, thresholds={"l_infinity": 0.1, "nan_change": 0.1, "psi": 0.1}).is_ok
    (finding,) = compare(some, some, thresholds={"x": {"l_infinity": 0.1, "nan_change": 0.1}}).findings
    assert finding.why == "not measured: L-infinity distance (limit 0.1); that does not apply to its type, FLOAT"
    assert compare(some, some, thresholds={"x": {"l_infinity": math.inf}}).is_ok
    odd = statistics(x=pa.array([math.inf, math.inf]))
    (finding,) = compare(odd, odd, thresholds={"mean_change": 0.1}).findings
    assert "a side has no finite number" in finding.why


def test_what_was_found_comes_first_then_the_strongest() -> None:
    before = statistics(a=pa.array(numbers(1, 0)), b=pa.array(numbers(1, 0)), c=pa.array(numbers(1, 0)))
    after = statistics(a=pa.array(numbers(2, 0.2)), b=pa.array(numbers(2, 2)), c=pa.array(numbers(2, 0.4)))
    found = compare(before, after, thresholds={"c": {"psi": 0.0}})
    assert [feature.name for feature in found.features] == ["c", "b", "a"]


def test_missing_and_new_features_and_other_types_are_findings() -> None:
    before = statistics(a=pa.array([1]), b=pa.array([1]), c=pa.array([1]), d=pa.array([None], pa.int64()))
    after = statistics(b=pa.array(["1"]), c=pa.array([1.5]), d=pa.array(["x"]), e=pa.array([1]))
    found = {finding.feature: finding for finding in compare(before, after).findings}
    assert {name: finding.kind for name, finding in found.items()} == {
        "a": "missing",
        "e": "new",
        "b": "type",
        "c": "type",
    }
    assert found["b"].why == "its type was INT and is STRING"
    # Without a value there is no type to differ; whole numbers and others are compared all the same.
    assert compare(before, after).feature("d").change == ""
    assert compare(before, after).feature("c").measurement("wasserstein").value == 0.5  # type: ignore[union-attr]


def test_a_feature_that_the_schema_expects_in_some_environments_may_be_missing() -> None:
    schema = SchemaMessage(feature=(Feature(name="label", not_in_environment=("SERVING",)),))
    before, after = statistics(x=pa.array([1]), label=pa.array([1])), statistics(x=pa.array([1]))
    found = compare(before, after, kind="skew", schema=schema)
    assert found.is_ok
    assert [feature.name for feature in found.features] == ["x"]


def test_only_the_chosen_features_are_compared() -> None:
    before = statistics(a=pa.array([1]), b=pa.array([1]))
    assert [feature.name for feature in compare(before, statistics(a=pa.array([1])), features=["a"]).features] == ["a"]
    with pytest.raises(UsageError, match="no feature 'c'"):
        compare(before, before, features=["c"])
    with pytest.raises(UsageError, match="no kind 'change'"):
        compare(before, before, kind="change")  # type: ignore[arg-type]


def test_statistics_of_another_tool_are_compared_by_their_histograms() -> None:
    found = compare(foreign("drift_baseline"), foreign("drift_shifted"))
    assert {item.basis for item in found.feature("x").measurements if item.measure == "psi"} == {"histograms"}
    tables = GOLDEN.parent / "tables"
    exact = compare(
        *(
            Statistics.of(pa.parquet.read_table(tables / f"{name}.parquet"))
            for name in ("drift_baseline", "drift_shifted")
        )
    )
    for name in ("x", "n", "big", "same", "words", "t"):
        for measure in ("kolmogorov_smirnov", "wasserstein_normalized", "l_infinity", "jensen_shannon"):
            ours, theirs = exact.feature(name).measurement(measure), found.feature(name).measurement(measure)
            assert (ours is None) == (theirs is None)
            if ours is not None and theirs is not None:
                assert theirs.value == pytest.approx(ours.value, abs=0.03, rel=0.15)


@pytest.mark.parametrize(
    "name", ["all_null", "constant", "one_row", "zero_rows", "nan_inf", "lists", "nested", "texts", "numbers"]
)
def test_odd_data_give_measures_that_are_numbers(name: str) -> None:
    path = GOLDEN.parent / "tables" / f"{name}.parquet"
    odd = Statistics.of(pa.parquet.read_table(path))
    same = compare(odd, odd)
    for feature in same.features:
        assert feature.change == ""
        for item in feature.measurements:
            if item.measure != "jensen_shannon":  # TFDV's never matches infinities and NaN
                assert item.value == 0, (feature.name, item)
    for other in ("drift_shifted", "weights", "ties"):
        changed = compare(odd, Statistics.of(pa.parquet.read_table(path.with_name(f"{other}.parquet"))))
        assert not any(math.isnan(item.value) for feature in changed.features for item in feature.measurements)


def test_weights_count_where_both_sides_have_them() -> None:
    rows = pa.table({"x": [1.0, 2.0], "t": ["a", "b"], "w": [3.0, 1.0]})
    before = Statistics.of(rows, options=StatisticsOptions(weight="w"))
    after = Statistics.of(
        pa.table({"x": [1.0, 2.0], "t": ["a", "b"], "w": [1.0, 1.0]}), options=StatisticsOptions(weight="w")
    )
    found = compare(before, after)
    assert values_of(found.feature("x"))["kolmogorov_smirnov"] == pytest.approx(0.25)
    assert values_of(found.feature("t"))["l_infinity"] == pytest.approx(0.25)
    assert found.feature("x").measurement("kolmogorov_smirnov").p_value is None  # type: ignore[union-attr]
    assert (
        values_of(compare(before, statistics(x=pa.array([1.0, 2.0])), features=["x"]).feature("x"))["wasserstein"] == 0
    )


def test_saved_statistics_compare_as_those_in_memory(tmp_path: Path) -> None:
    before, after = statistics(x=pa.array(numbers(1, 0))), statistics(x=pa.array(numbers(2, 1)))
    for name, made in (("a", before), ("b", after)):
        made.save(tmp_path / name)
    assert compare(Statistics.load(tmp_path / "a"), Statistics.load(tmp_path / "b")) == compare(before, after)


def test_statistics_of_nothing_are_refused() -> None:
    with pytest.raises(DataError, match="there are no statistics"):
        compare(Statistics.from_bytes(b"{}"), Statistics.from_bytes(b"{}"))


def test_comparing_saved_statistics_needs_no_database(tmp_path: Path) -> None:
    values = [f"value {i}" for i in range(300_000)]
    statistics(t=pa.array(values), x=pa.array(numbers(1, 0, len(values)))).save(tmp_path / "a")
    code = (
        "import sys; from penstock.ml.data.drift import compare; from penstock.ml.data.statistics import Statistics;"
        "s = Statistics.load(sys.argv[1]); print(compare(s, s).feature('t').strength, 'duckdb' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code, tmp_path / "a"], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["0.0", "False"]
