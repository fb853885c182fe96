"""What makes no sense in a feature of a schema, and what is left of the feature."""

from __future__ import annotations

import pytest

from penstock.ml.data.metadata.domain import BoolDomain, IntDomain, MIDDomain, StringDomain, TimeOfDayDomain
from penstock.ml.data.metadata.schema import (
    Dim,
    DistributionConstraints,
    Feature,
    FeaturePresence,
    FixedShape,
    SchemaMessage,
    ValueCount,
    ValueCountList,
)
from penstock.ml.data.schema.feature_fault import faults_of
from penstock.ml.data.schema.schema_view import SchemaView

SCHEMA = SchemaView(SchemaMessage(string_domain=(StringDomain(name="known", value=("x",)),)))
MASS = DistributionConstraints(min_domain_mass=0.5)


def test_a_sound_feature_is_left_as_it_is() -> None:
    sound = Feature(
        name="a",
        type="BYTES",
        domain="known",
        presence=FeaturePresence(min_fraction=1.0),
        distribution_constraints=MASS,
    )
    assert faults_of(sound, SCHEMA) == ((), sound)


@pytest.mark.parametrize(
    ("feature", "type", "repaired"),
    [
        (Feature(type="INT"), "FEATURE_MISSING_NAME", None),
        (Feature(name="a"), "FEATURE_MISSING_TYPE", None),
        (Feature(name="a", domain="known"), "FEATURE_MISSING_TYPE", Feature(name="a", type="BYTES", domain="known")),
        (
            Feature(name="a", type="INT", presence=FeaturePresence(min_fraction=-0.5)),
            "INVALID_SCHEMA_SPECIFICATION",
            Feature(name="a", type="INT", presence=FeaturePresence()),
        ),
        (
            Feature(name="a", type="INT", presence=FeaturePresence(min_fraction=1.5, min_count=3)),
            "INVALID_SCHEMA_SPECIFICATION",
            Feature(name="a", type="INT", presence=FeaturePresence(min_fraction=1.0, min_count=3)),
        ),
        (
            Feature(name="a", type="INT", value_count=ValueCount(min=-1, max=2)),
            "INVALID_SCHEMA_SPECIFICATION",
            Feature(name="a", type="INT", value_count=ValueCount(max=2)),
        ),
        (
            Feature(name="a", type="INT", value_count=ValueCount(min=3, max=2)),
            "INVALID_SCHEMA_SPECIFICATION",
            Feature(name="a", type="INT", value_count=ValueCount(min=3, max=3)),
        ),
        (
            Feature(name="a", type="INT", shape=FixedShape(dim=(Dim(size=2), Dim(size=0)))),
            "INVALID_SCHEMA_SPECIFICATION",
            Feature(name="a", type="INT"),
        ),
        (
            Feature(name="a", type="FLOAT", int_domain=IntDomain(min=1)),
            "DOMAIN_INVALID_FOR_TYPE",
            Feature(name="a", type="FLOAT"),
        ),
        (
            Feature(name="a", type="INT", mid_domain=MIDDomain()),
            "DOMAIN_INVALID_FOR_TYPE",
            Feature(name="a", type="INT"),
        ),
        (
            Feature(name="a", type="BYTES", domain="unknown"),
            "INVALID_DOMAIN_SPECIFICATION",
            Feature(name="a", type="BYTES"),
        ),
        (
            Feature(name="a", type="BYTES", time_of_day_domain=TimeOfDayDomain()),
            "INVALID_DOMAIN_SPECIFICATION",
            Feature(name="a", type="BYTES"),
        ),
        (
            Feature(name="a", type="INT", distribution_constraints=MASS),
            "INVALID_SCHEMA_SPECIFICATION",
            Feature(name="a", type="INT"),
        ),
    ],
)
def test_one_fault(feature: Feature, type: str, repaired: Feature | None) -> None:
    faults, left = faults_of(feature, SCHEMA)
    assert [fault.type for fault in faults] == [type]
    assert left == repaired
    assert faults[0].short
    assert "{" not in faults[0].short + faults[0].description


def test_each_rule_sees_what_those_before_it_left() -> None:
    # Without its domain the feature has no texts of which a share could be asked.
    faults, left = faults_of(
        Feature(name="a", type="INT", string_domain=StringDomain(value=("x",)), distribution_constraints=MASS), SCHEMA
    )
    assert [fault.type for fault in faults] == ["DOMAIN_INVALID_FOR_TYPE", "INVALID_SCHEMA_SPECIFICATION"]
    assert left == Feature(name="a", type="INT")


def test_counts_of_each_level_are_looked_at() -> None:
    counts = (ValueCount(min=-1, max=2), ValueCount(min=5, max=2), ValueCount(min=1))
    faults, left = faults_of(
        Feature(name="a", type="INT", value_counts=ValueCountList(value_count=counts)),
        SCHEMA,
    )
    assert [fault.description for fault in faults] == ["On level 0 it is -1.", "On level 1 it is 2, the minimum 5."]
    assert left is not None
    assert left.value_counts == ValueCountList(
        value_count=(ValueCount(max=2), ValueCount(min=5, max=5), ValueCount(min=1))
    )


def test_values_that_a_domain_lists_are_told_and_kept() -> None:
    same = Feature(name="a", type="BYTES", bool_domain=BoolDomain(true_value="y", false_value="y"))
    twice = Feature(name="a", type="BYTES", string_domain=StringDomain(value=("b", "a", "b", "a")))
    for feature, told in ((same, "True and false are both 'y'."), (twice, "more than once: 'a', 'b'.")):
        (fault,), left = faults_of(feature, SCHEMA)
        assert fault.type == "INVALID_DOMAIN_SPECIFICATION"
        assert fault.description.endswith(told)
        assert left == feature
