from __future__ import annotations

import json
import math
from pathlib import Path

import pyarrow as pa
import pytest
from ml.data.drift.state import statistics

from penstock.core.error import DataError, NotFoundError
from penstock.ml.data.drift import Comparison, compare
from penstock.ml.data.metadata.anomalies import Measurement as MetadataMeasurement


@pytest.fixture
def comparison() -> Comparison:
    before = statistics(t=pa.array(["a", "b"]), x=pa.array([1.0, 1.0]), gone=pa.array([1, 2]))
    after = statistics(t=pa.array(["a", "a"]), x=pa.array([2.0, 2.0]))
    return compare(before, after, thresholds={"l_infinity": 0.25, "psi": 99})


def test_json_round_trips_with_infinite_values(comparison: Comparison, tmp_path: Path) -> None:
    path = tmp_path / "comparison.json"
    comparison.save(path)
    assert Comparison.load(path) == comparison
    assert Comparison.load(tmp_path) == comparison
    assert comparison.feature("x").measurement("wasserstein_normalized").value == math.inf  # type: ignore[union-attr]
    content = json.loads(path.read_text())
    assert content["is_ok"] is False
    assert [finding["kind"] for finding in content["findings"]] == ["missing", "l_infinity"]
    assert {"strength", "verdict", "measurements"} <= set(content["features"][0])
    assert not any(word in path.read_text() for word in (":Infinity", ":NaN"))


def test_the_same_comparison_gives_the_same_bytes(comparison: Comparison, tmp_path: Path) -> None:
    comparison.save(tmp_path / "a")
    Comparison.load(tmp_path / "a").save(tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_findings_say_why_and_what_to_do(comparison: Comparison) -> None:
    missing, changed = comparison.findings
    assert (missing.feature, missing.kind, missing.strength) == ("gone", "missing", 1.0)
    assert changed.why == "L-infinity distance 0.5 is above 0.25: 'b' 0.5 -> 0"
    assert all(finding.fix for finding in comparison.findings)


def test_an_error_tells_the_worst_five(comparison: Comparison) -> None:
    with pytest.raises(
        DataError, match=r"drift in 2 points:\n    gone \(missing\): .*\n    t \(l_infinity\): "
    ) as caught:
        comparison.raise_if()
    assert caught.value.fix == "; ".join(finding.fix for finding in comparison.findings)
    before = statistics(**{f"c{i}": pa.array([i]) for i in range(7)})
    with pytest.raises(DataError, match=r"in 7 points:(\n    c\d .*){5}\n    and 2 more") as caught:
        compare(before, statistics(x=pa.array([1])), features=[f"c{i}" for i in range(7)]).raise_if()
    assert caught.value.fix.count("bring the column back") == 1
    compare(before, before).raise_if()


def test_metadata_has_the_measures_that_it_knows(comparison: Comparison) -> None:
    text = {info.path.step: info for info in comparison.drift_skew_info if info.path}[("t",)]
    assert not text.skew_measurements
    assert text.drift_measurements[0] == MetadataMeasurement(type="L_INFTY", value=0.5, threshold=0.25)
    assert [item.type for item in text.drift_measurements] == [
        "L_INFTY",
        "NORMALIZED_ABSOLUTE_DIFFERENCE",
        "JENSEN_SHANNON_DIVERGENCE",
    ]


def test_skew_is_kept_apart_from_drift() -> None:
    some = statistics(t=pa.array(["a"]))
    info = compare(some, some, kind="skew").drift_skew_info[0]
    assert (len(info.skew_measurements), len(info.drift_measurements)) == (3, 0)


def test_unknown_features_list_the_known(comparison: Comparison) -> None:
    with pytest.raises(NotFoundError, match="'y' was not compared"):
        comparison.feature("y")


@pytest.mark.parametrize("content", [b"", b"[]", b'{"kind": "other"}', b'{"kind": "drift"}'])
def test_a_file_that_holds_no_comparison_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "comparison.json").write_bytes(content)
    with pytest.raises(DataError):
        Comparison.load(tmp_path)
    with pytest.raises(DataError, match="cannot be read"):
        Comparison.load(tmp_path / "absent")


def test_a_folder_that_is_none_cannot_be_written(comparison: Comparison, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be written"):
        comparison.save(tmp_path / "absent" / "comparison.json")
