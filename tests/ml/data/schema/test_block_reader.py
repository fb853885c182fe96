"""One feature's block: what its short words mean, and where it is said that they do not fit."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from penstock.core.error import DataError
from penstock.ml.data.metadata.domain import BoolDomain, FloatDomain, IntDomain, StringDomain, TimeDomain
from penstock.ml.data.metadata.schema import (
    Annotation,
    Dim,
    DistributionConstraints,
    Feature,
    FeatureComparator,
    FeaturePresence,
    FixedShape,
    IndexFeature,
    InfinityNorm,
    JensenShannonDivergence,
    SparseFeature,
    UniqueConstraints,
    ValueCount,
    ValueCountList,
    ValueFeature,
)
from penstock.ml.data.schema.schema import Schema


def feature(block: str) -> Feature:
    return Schema.from_text(f"features: {{a: {{{block}}}}}", where="s.yaml").feature("a")


ONE = ValueCount(min=1, max=1)


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("type: int, count: 0", Feature(type="INT", value_count=ValueCount(min=0, max=0))),
        ("type: int, count: [0, 3]", Feature(type="INT", value_count=ValueCount(min=0, max=3))),
        ("type: int, count: {max: 3}", Feature(type="INT", value_count=ValueCount(max=3))),
        (
            "type: int, counts: [2, 1+]",
            Feature(type="INT", value_counts=ValueCountList(value_count=(ValueCount(min=2, max=2), ValueCount(min=1)))),
        ),
        (
            "type: int, shape: [2, {name: width, size: 3}]",
            Feature(type="INT", shape=FixedShape(dim=(Dim(size=2), Dim(name="width", size=3)))),
        ),
        ("type: int, max: 5", Feature(type="INT", value_count=ONE, int_domain=IntDomain(max=5))),
        (
            "type: float, allow_inf: false, allow_nan: true",
            Feature(type="FLOAT", value_count=ONE, float_domain=FloatDomain(disallow_inf=True, disallow_nan=False)),
        ),
        (
            "type: string, holds: float, min: 1",
            Feature(type="BYTES", value_count=ONE, float_domain=FloatDomain(min=1.0)),
        ),
        ("type: string, holds: int", Feature(type="BYTES", value_count=ONE, int_domain=IntDomain())),
        ("type: bool", Feature(type="INT", value_count=ONE, bool_domain=BoolDomain())),
        ("type: bool, int_domain: {max: 1}", Feature(type="INT", value_count=ONE, int_domain=IntDomain(max=1))),
        (
            "type: string, true_value: y",
            Feature(type="BYTES", value_count=ONE, bool_domain=BoolDomain(true_value="y")),
        ),
        (
            "type: int, time: UNIX_SECONDS",
            Feature(type="INT", value_count=ONE, time_domain=TimeDomain(integer_format="UNIX_SECONDS")),
        ),
        (
            "type: string, time: '%Y'",
            Feature(type="BYTES", value_count=ONE, time_domain=TimeDomain(string_format="%Y")),
        ),
        (
            "type: string, values: [b, a], min_domain_mass: 1",
            Feature(
                type="BYTES",
                value_count=ONE,
                domain="a",
                distribution_constraints=DistributionConstraints(min_domain_mass=1.0),
            ),
        ),
        (
            "type: int, unique: {max: 9}",
            Feature(type="INT", value_count=ONE, unique_constraints=UniqueConstraints(max=9)),
        ),
        (
            "type: int, drift: {l_infinity: 0.1, jensen_shannon_divergence: {threshold: 0.2}}",
            Feature(
                type="INT",
                value_count=ONE,
                drift_comparator=FeatureComparator(
                    infinity_norm=InfinityNorm(threshold=0.1),
                    jensen_shannon_divergence=JensenShannonDivergence(threshold=0.2),
                ),
            ),
        ),
        (
            "type: int, tags: [x, y], comment: z",
            Feature(type="INT", value_count=ONE, annotation=Annotation(tag=("x", "y"), comment=("z",))),
        ),
        ("type: BYTES, min: null", Feature(type="BYTES", value_count=ONE)),
    ],
)
def test_words(block: str, expected: Feature) -> None:
    assert feature(block) == replace(expected, name="a")


def test_a_severity_joins_the_notes() -> None:
    annotation = feature("type: int, severity: warning, tags: [x], comment: [y, z]").annotation
    assert annotation == Annotation(tag=("x", "penstock.severity=WARNING"), comment=("y", "z"))


def test_inside_of_structs_and_their_vocabularies() -> None:
    schema = Schema.from_text(
        "features: {s: {type: struct, features: {t: {type: string, values: [x]}}, sparse_features: {p: {index: [i]}}}}"
    )
    domain = schema.feature("s").struct_domain
    assert domain is not None
    assert domain.feature == (Feature(name="t", type="BYTES", value_count=ONE, domain="s.t"),)
    assert domain.sparse_feature == (SparseFeature(name="p", index_feature=(IndexFeature(name="i"),)),)
    assert schema.message.string_domain == (StringDomain(name="s.t", value=("x",)),)


def test_sparse_features() -> None:
    text = (
        "sparse_features: {p: {type: float, required: some, "
        "index: [i, j], value: v, dense_shape: [3], is_sorted: true}}"
    )
    assert Schema.from_text(text).message.sparse_feature == (
        SparseFeature(
            name="p",
            type="FLOAT",
            presence=FeaturePresence(min_count=1),
            index_feature=(IndexFeature(name="i"), IndexFeature(name="j")),
            value_feature=ValueFeature(name="v"),
            dense_shape=FixedShape(dim=(Dim(size=3),)),
            is_sorted=True,
        ),
    )


@pytest.mark.parametrize(
    ("block", "what", "where"),
    [
        ("type: string, values: [x], domain: b", "domain is given twice", "a.domain"),
        ("type: string, true_value: y, bool_domain: {}", "bool_domain is given twice", "a.true_value"),
        ("drift: {l_infinity: 0.1, infinity_norm: {}}", "infinity_norm is given twice", "a.drift.infinity_norm"),
        ("values: [x]", "not a feature without type", "a.values"),
        ("min: 1", "min is for numbers, not a feature without type", "a.min"),
        ("count: 1.5", "expected a whole number", "a.count"),
        ("count: 1 +", "expected a whole number", "a.count"),
    ],
)
def test_mistakes(block: str, what: str, where: str) -> None:
    with pytest.raises(DataError, match=what) as raised:
        feature(block)
    assert raised.value.where.endswith(where)
