from __future__ import annotations

import pyarrow as pa
import pytest

from penstock.ml.data.anomalies import Anomalies, validate
from penstock.ml.data.metadata.schema import (
    Feature,
    FeatureComparator,
    HistogramSelection,
    InfinityNorm,
    JensenShannonDivergence,
    NormalizedAbsoluteDifference,
    SchemaMessage,
)
from penstock.ml.data.statistics.statistics import Statistics


def compare(now: list[object], before: list[object], kind: str, comparator: FeatureComparator) -> Anomalies:
    feature = Feature(name="f", type=kind, drift_comparator=comparator)  # type: ignore[arg-type]
    current, previous = (Statistics.of(pa.table({"f": values})) for values in (now, before))
    return validate(current, SchemaMessage(feature=(feature,)), previous=previous)


def test_every_comparison_is_reported() -> None:
    asked = FeatureComparator(
        infinity_norm=InfinityNorm(threshold=0.5),
        jensen_shannon_divergence=JensenShannonDivergence(threshold=0.01),
        normalized_abs_difference=NormalizedAbsoluteDifference(threshold=0.5),
    )
    found = compare(["a", "a", "b"], ["a", "b", "b"], "BYTES", asked)
    info = found.message.drift_skew_info[0]
    assert [one.type for one in info.drift_measurements] == [
        "L_INFTY",
        "NORMALIZED_ABSOLUTE_DIFFERENCE",
        "JENSEN_SHANNON_DIVERGENCE",
    ]
    assert info.drift_measurements[0].value == pytest.approx(1 / 3)
    assert [finding.type for finding in found.findings] == ["COMPARATOR_JENSEN_SHANNON_DIVERGENCE_HIGH"]


def test_the_value_that_differs_most_is_told() -> None:
    asked = FeatureComparator(infinity_norm=InfinityNorm(threshold=0.1))
    found = compare(["a", "new"], ["a", "a"], "BYTES", asked)
    assert found.findings[0].description.endswith("above the threshold 0.1; the value that differs most: 'new'.")


def test_numbers_have_no_values_to_count() -> None:
    asked = FeatureComparator(infinity_norm=InfinityNorm(threshold=0.1))
    found = compare([1, 2], [1, 2], "INT", asked)
    assert [finding.type for finding in found.findings] == ["INVALID_SCHEMA_SPECIFICATION"]
    assert found.message.drift_skew_info == ()


def test_a_type_that_has_changed_cannot_be_compared() -> None:
    asked = FeatureComparator(jensen_shannon_divergence=JensenShannonDivergence(threshold=0.1))
    found = compare(["a"], [1], "BYTES", asked)
    assert [finding.type for finding in found.findings] == ["STATS_NOT_AVAILABLE"]


def test_histogram_of_quantiles() -> None:
    source = HistogramSelection(type="QUANTILES")
    asked = FeatureComparator(jensen_shannon_divergence=JensenShannonDivergence(threshold=0.1, source=source))
    found = compare([float(x) for x in range(50)], [x / 2 for x in range(50)], "FLOAT", asked)
    assert found.message.drift_skew_info[0].drift_measurements[0].value == pytest.approx(0.3, abs=0.1)
