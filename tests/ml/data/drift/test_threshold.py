from __future__ import annotations

import math
from typing import Any

import pytest

from penstock.core.error import UsageError
from penstock.ml.data.drift.threshold import limits_of
from penstock.ml.data.metadata.schema import (
    Feature,
    FeatureComparator,
    HistogramSelection,
    InfinityNorm,
    JensenShannonDivergence,
    SchemaMessage,
    StructDomain,
)

SCHEMA = SchemaMessage(
    feature=(
        Feature(
            name="company",
            drift_comparator=FeatureComparator(infinity_norm=InfinityNorm(threshold=0.01)),
            skew_comparator=FeatureComparator(infinity_norm=InfinityNorm(threshold=0.3)),
        ),
        Feature(
            name="trip",
            struct_domain=StructDomain(
                feature=(
                    Feature(
                        name="miles",
                        drift_comparator=FeatureComparator(
                            jensen_shannon_divergence=JensenShannonDivergence(
                                threshold=0.2, source=HistogramSelection(type="QUANTILES")
                            )
                        ),
                    ),
                )
            ),
        ),
        Feature(name="label", not_in_environment=("SERVING",)),
    )
)


def test_comparators_of_the_kind_give_thresholds() -> None:
    assert limits_of(SCHEMA, {}, "drift", []).of("company", ("company",)) == {"l_infinity": 0.01}
    assert limits_of(SCHEMA, {}, "skew", []).of("company", ("company",)) == {"l_infinity": 0.3}


def test_features_inside_of_structs_have_comparators() -> None:
    limits = limits_of(SCHEMA, {}, "drift", [])
    assert limits.of("trip.miles", ("trip", "miles")) == {"jensen_shannon": 0.2}
    assert limits.source(("trip", "miles")) == "QUANTILES"
    assert limits.source(("company",)) == "DEFAULT"


def test_what_is_given_goes_before_the_schema_and_a_feature_before_all() -> None:
    limits = limits_of(SCHEMA, {"l_infinity": 0.5, "psi": 1, "fare": {"psi": 0.1}}, "drift", ["fare"])
    assert limits.of("company", ("company",)) == {"l_infinity": 0.5, "psi": 1}
    assert limits.of("fare", ("fare",)) == {"l_infinity": 0.5, "psi": 0.1}


def test_whether_there_are_limits_and_those_by_name() -> None:
    limits = limits_of(SCHEMA, {"psi": 1, "fare": {"psi": 0.1}}, "drift", ["fare"])
    assert limits.own("fare", ("fare",)) == {"psi"}
    assert limits.own("company", ("company",)) == {"l_infinity"}
    assert limits
    assert limits_of(None, {"psi": 0}, "drift", [])
    assert not limits_of(None, {"fare": {}}, "drift", ["fare"])


def test_a_feature_of_some_environments_may_be_missing() -> None:
    assert limits_of(SCHEMA, {}, "drift", []).optional == {("label",)}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"pis": 0.1}, "there is no measure 'pis'; did you mean 'psi'"),
        ({"fair": {"psi": 0.1}}, "there is no feature 'fair'; did you mean 'fare'"),
        ({"fare": {"pis": 0.1}}, "there is no measure 'pis'"),
        ({"psi": -0.1}, "the threshold of psi is -0.1"),
        ({"psi": math.nan}, "the threshold of psi is nan"),
        ({"psi": "much"}, "the threshold of psi is 'much'"),
        ({"psi": True}, "the threshold of psi is True"),
    ],
)
def test_unknown_names_and_wrong_numbers_are_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        limits_of(None, given, "drift", ["fare"])
