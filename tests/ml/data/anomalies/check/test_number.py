from __future__ import annotations

import math

import pytest

from penstock.ml.data.anomalies import validate
from penstock.ml.data.anomalies.check.number import float32
from penstock.ml.data.metadata.domain import FloatDomain, IntDomain
from penstock.ml.data.metadata.schema import Feature, SchemaMessage
from penstock.ml.data.metadata.statistics import (
    CommonStatistics,
    DatasetStatistics,
    FeatureStatistics,
    NumericStatistics,
    RankBucket,
    RankHistogram,
    StringStatistics,
)

ONE = CommonStatistics(num_non_missing=1, min_num_values=1, max_num_values=1, tot_num_values=1)


def types(feature: Feature, statistics: FeatureStatistics) -> list[str]:
    found = validate(DatasetStatistics(num_examples=1, features=(statistics,)), SchemaMessage(feature=(feature,)))
    return [finding.type for finding in found.findings]


def integers(low: float, high: float, **domain: int) -> list[str]:
    numbers = NumericStatistics(common_stats=ONE, min=low, max=high)
    feature = Feature(name="f", type="INT", int_domain=IntDomain(**domain))
    return types(feature, FeatureStatistics(name="f", type="INT", num_stats=numbers))


def texts(feature: Feature, *values: str) -> list[str]:
    ranks = RankHistogram(buckets=tuple(RankBucket(label=value, sample_count=1) for value in values))
    strings = StringStatistics(common_stats=ONE, unique=len(values), rank_histogram=ranks)
    return types(feature, FeatureStatistics(name="f", type="STRING", string_stats=strings))


def test_float32() -> None:
    assert float32(0.5) == 0.5
    assert float32(0.1) == 0.10000000149011612
    assert float32(1e300) == math.inf
    assert float32(-1e300) == -math.inf
    assert math.isnan(float32(math.nan))


def test_largest_integers() -> None:
    # 2**63 - 1 becomes 2.0**63 in statistics, which is no reason to call it too large.
    assert integers(-(2.0**63), 2.0**63, min=-(2**63), max=2**63 - 1) == []
    assert integers(0, 2.0**64, max=2**63 - 1) == ["DOMAIN_INVALID_FOR_TYPE"]
    assert integers(0, 2.0**64) == []


@pytest.mark.parametrize("value", ["9223372036854775808", "1_000", "1e3", "", "١"])
def test_texts_that_are_no_integers(value: str) -> None:
    feature = Feature(name="f", type="BYTES", int_domain=IntDomain())
    assert texts(feature, value) == ["INT_TYPE_NOT_INT_STRING"]
    assert texts(feature, "+9223372036854775807", " -5 ") == []


@pytest.mark.parametrize("value", ["1_000", "", "1,5", "0x"])
def test_texts_that_are_no_floats(value: str) -> None:
    feature = Feature(name="f", type="BYTES", float_domain=FloatDomain(disallow_nan=True))
    assert texts(feature, value) == ["FLOAT_TYPE_STRING_NOT_FLOAT"]
    assert texts(feature, "1e5", "-.5", "inf") == []
    assert texts(feature, "nan") == ["FLOAT_TYPE_HAS_NAN"]
