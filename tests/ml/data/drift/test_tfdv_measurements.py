"""The measures of TFDV on its own statistics, against its own measurements (tests/golden/tfdv)."""

from __future__ import annotations

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from penstock.core.error import DataError
from penstock.ml.data.drift.jensen_shannon import jensen_shannon
from penstock.ml.data.drift.l_infinity import l_infinity
from penstock.ml.data.drift.normalized_abs_difference import normalized_abs_difference
from penstock.ml.data.metadata.message import decode
from penstock.ml.data.metadata.statistics import FeatureStatistics, StatisticsList

GOLDEN = Path(__file__).parents[3] / "golden" / "tfdv"
CASES = json.loads(gzip.decompress((GOLDEN / "comparison.json.gz").read_bytes()))
TOLERANCE = 1e-12


@cache
def features_of(name: str) -> tuple[dict[tuple[str, ...], FeatureStatistics], bool]:
    data = gzip.decompress((GOLDEN / "statistics" / f"{name}.json.gz").read_bytes())
    dataset = decode(data, StatisticsList, where=name).datasets[0]
    return {
        feature.path.step: feature for feature in dataset.features if feature.path
    }, dataset.weighted_num_examples > 0


def measured(kind: str, a: FeatureStatistics, b: FeatureStatistics, source: Any, is_weighted: bool) -> float:
    if kind == "L_INFTY":
        return l_infinity(a, b, is_weighted=is_weighted)
    if kind == "NORMALIZED_ABSOLUTE_DIFFERENCE":
        return normalized_abs_difference(a, b, is_weighted=is_weighted)
    return jensen_shannon(a, b, source, is_weighted=is_weighted)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['baseline']}-{case['current']}-{case['source']}")
@pytest.mark.parametrize("kind", ["drift", "skew"])
def test_measurements_are_those_of_tfdv(case: dict[str, Any], kind: str) -> None:
    baseline, _ = features_of(case["baseline"])
    # TFDV lets the current data decide whether weights count.
    current, is_weighted = features_of(case["current"])
    for info in case[kind].get("driftSkewInfo", []):
        path = tuple(info["path"]["step"])
        for item in info[f"{kind}Measurements"]:
            pair = baseline[path], current[path]
            if item["type"] != "JENSEN_SHANNON_DIVERGENCE" and any(side.string_stats is None for side in pair):
                with pytest.raises(DataError, match="count no values"):
                    measured(item["type"], *pair, case["source"], is_weighted)
            else:
                found = measured(item["type"], *pair, case["source"], is_weighted)
                assert found == pytest.approx(item["value"], abs=TOLERANCE), (path, item["type"])


def test_every_comparator_and_source_is_among_the_cases() -> None:
    kinds = {
        (case["source"], item["type"])
        for case in CASES
        for info in case["drift"].get("driftSkewInfo", [])
        for item in info["driftMeasurements"]
        if item["value"] > 0
    }
    assert len(kinds) == 9
