from __future__ import annotations

import pytest

from penstock.ml.data.metadata.domain import IntDomain, StringDomain
from penstock.ml.data.metadata.schema import (
    Feature,
    FeaturePresence,
    LifecycleStage,
    SchemaMessage,
    SparseFeature,
    StructDomain,
)
from penstock.ml.data.schema.schema_view import SchemaView, domain_kind, is_active

ONCE = FeaturePresence(min_count=1)


def test_domain_kind() -> None:
    assert domain_kind(Feature(domain="d")) == "domain"
    assert domain_kind(Feature(int_domain=IntDomain())) == "int_domain"
    assert domain_kind(Feature()) == ""


@pytest.mark.parametrize(
    ("stage", "expected"),
    [(None, True), ("BETA", True), ("PRODUCTION", True), ("PLANNED", False), ("ALPHA", False), ("DISABLED", False)],
)
def test_stages(stage: LifecycleStage | None, expected: bool) -> None:
    assert is_active(Feature(lifecycle_stage=stage)) is expected
    assert not is_active(Feature(deprecated=True, lifecycle_stage=stage))
    assert not is_active(None)


def test_environments() -> None:
    schema = SchemaView(SchemaMessage(default_environment=("train",)))
    label = Feature(not_in_environment=("serve",))
    assert schema.is_in_environment(label, "")
    assert schema.is_in_environment(label, "train")
    assert not schema.is_in_environment(label, "serve")
    assert schema.is_in_environment(Feature(in_environment=("serve",)), "serve")
    assert not schema.is_in_environment(Feature(), "unknown")


def test_required_features_are_not_inside_of_inactive_structs() -> None:
    inner = StructDomain(feature=(Feature(name="a", presence=ONCE),))
    features = (
        Feature(name="s", struct_domain=inner),
        Feature(name="old", struct_domain=inner, deprecated=True),
        Feature(name="b", presence=FeaturePresence(min_fraction=0.0)),
        Feature(name="c", presence=FeaturePresence(min_fraction=0.1)),
    )
    assert list(SchemaView(SchemaMessage(feature=features)).required("")) == [("s", "a"), ("c",)]


def test_of_two_with_one_name_the_first_counts() -> None:
    twice = (Feature(name="a", type="INT"), Feature(name="a", type="FLOAT"))
    domains = (StringDomain(name="d", value=("x",)), StringDomain(name="d"))
    inner = StructDomain(sparse_feature=(SparseFeature(name="t"),))
    schema = SchemaView(SchemaMessage(feature=(*twice, Feature(name="s", struct_domain=inner)), string_domain=domains))
    assert schema.features["a",].type == "INT"
    assert schema.string_domains["d"].value == ("x",)
    assert list(schema.sparse) == [("s", "t")]
