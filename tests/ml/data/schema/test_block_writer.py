"""A feature as its block: the short words where they say all, TensorFlow Metadata's where they do not."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from penstock.ml.data.metadata.domain import BoolDomain, FloatDomain, ImageDomain, IntDomain, StringDomain, TimeDomain
from penstock.ml.data.metadata.schema import (
    Annotation,
    Dim,
    Feature,
    FeatureComparator,
    FeaturePresence,
    FixedShape,
    HistogramSelection,
    IndexFeature,
    JensenShannonDivergence,
    SchemaMessage,
    SparseFeature,
    StructDomain,
    ValueCount,
    ValueCountList,
)
from penstock.ml.data.schema.block_writer import by_name, count_text, write_feature, write_sparse
from penstock.ml.data.schema.schema import Schema

ONE = ValueCount(min=1, max=1)
STANDARD = HistogramSelection(type="STANDARD")
ALWAYS = FeaturePresence(min_fraction=1.0, min_count=1)
SQUARE = FixedShape(dim=(Dim(size=1),))


CASES: list[tuple[Feature, dict[str, Any]]] = [
    (Feature(), {"count": "any"}),
    (Feature(type="INT", value_count=ONE), {"type": "int"}),
    # What a plain column has depends on whether it is required.
    (Feature(type="INT", presence=ALWAYS, shape=SQUARE), {"type": "int", "required": True}),
    (Feature(type="INT", presence=ALWAYS, value_count=ONE), {"type": "int", "required": True, "count": 1}),
    (Feature(type="INT", shape=SQUARE), {"type": "int", "shape": [1]}),
    (Feature(type="STRUCT", presence=ALWAYS, value_count=ONE), {"type": "struct", "required": True}),
    (
        Feature(presence=FeaturePresence(min_fraction=0.5, min_count=1), value_count=ONE),
        {"required": 0.5},
    ),
    (Feature(presence=FeaturePresence(min_count=7), value_count=ONE), {"presence": {"min_count": 7}}),
    (Feature(value_count=ValueCount(max=3)), {"value_count": {"max": 3}}),
    (Feature(value_counts=ValueCountList(value_count=(ONE, ValueCount(min=0)))), {"counts": [1, "0+"]}),
    (
        Feature(value_counts=ValueCountList(value_count=(ONE, ValueCount(max=2)))),
        {"value_counts": {"value_count": [{"min": 1, "max": 1}, {"max": 2}]}},
    ),
    (Feature(type="INT", value_count=ONE, bool_domain=BoolDomain()), {"type": "bool"}),
    (
        Feature(type="INT", value_count=ONE, bool_domain=BoolDomain(name="b")),
        {"type": "int", "bool_domain": {"name": "b"}},
    ),
    (Feature(type="BYTES", value_count=ONE, image_domain=ImageDomain()), {"type": "bytes", "image_domain": {}}),
    (
        Feature(type="BYTES", value_count=ONE, int_domain=IntDomain(min=1)),
        {"type": "string", "holds": "int", "min": 1},
    ),
    # A domain without bounds, or with a name, has no short words.
    (Feature(type="INT", value_count=ONE, int_domain=IntDomain()), {"type": "int", "int_domain": {}}),
    (
        Feature(type="FLOAT", value_count=ONE, float_domain=FloatDomain(name="f", max=1.5)),
        {"type": "float", "float_domain": {"name": "f", "max": 1.5}},
    ),
    (
        Feature(type="FLOAT", value_count=ONE, float_domain=FloatDomain(max=2.0, disallow_nan=True)),
        {"type": "float", "max": 2, "allow_nan": False},
    ),
    (
        Feature(type="BYTES", value_count=ONE, time_domain=TimeDomain(string_format="UNIX_DAYS")),
        {"type": "string", "time_domain": {"string_format": "UNIX_DAYS"}},
    ),
    (
        Feature(
            value_count=ONE,
            drift_comparator=FeatureComparator(
                jensen_shannon_divergence=JensenShannonDivergence(
                    threshold=0.5, source=HistogramSelection(type="STANDARD")
                )
            ),
        ),
        {"drift": {"jensen_shannon": {"threshold": 0.5, "source": {"type": "STANDARD"}}}},
    ),
    (
        Feature(value_count=ONE, annotation=Annotation(tag=("x", "penstock.severity=WARNING"), comment=("y",))),
        {"severity": "warning", "tags": ["x"], "comment": "y"},
    ),
    (
        Feature(
            type="STRUCT",
            value_count=ONE,
            struct_domain=StructDomain(feature=(Feature(name="b", value_count=ONE),)),
        ),
        {"type": "struct", "features": {"b": {}}},
    ),
]


@pytest.mark.parametrize(("feature", "block"), CASES)
def test_blocks_and_back(feature: Feature, block: dict[str, Any]) -> None:
    named = replace(feature, name="a")
    assert write_feature(named, {}) == block
    schema = Schema(SchemaMessage(feature=(named,)))
    assert Schema.from_text(schema.to_yaml()) == schema


def test_a_vocabulary_is_written_where_it_is_used_if_it_has_the_name_of_the_feature() -> None:
    own, other = StringDomain(name="s.a", value=("x", "y")), StringDomain(name="b", value=("z",))
    inlined = {"s.a": own, "b": other}
    feature = Feature(name="a", type="BYTES", value_count=ONE, domain="s.a")
    assert write_feature(feature, inlined, ("s",)) == {"type": "string", "values": ["x", "y"]}
    assert write_feature(feature, inlined) == {"type": "string", "domain": "s.a"}
    assert write_feature(feature, {}, ("s",)) == {"type": "string", "domain": "s.a"}


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (ValueCount(), None),
        (ValueCount(max=2), None),
        (ValueCount(min=2), "2+"),
        (ValueCount(min=2, max=2), 2),
        (ValueCount(min=1, max=5), [1, 5]),
        (ValueCount(min=0, max=0), [0, 0]),
    ],
)
def test_counts(count: ValueCount, text: Any) -> None:
    assert count_text(count) == text


def test_names_that_cannot_be_keys() -> None:
    assert by_name(["a", "b"], [{"x": 1}, {}]) == {"a": {"x": 1}, "b": {}}
    assert by_name(["a", "a"], [{"x": 1}, {}]) == [{"name": "a", "x": 1}, {"name": "a"}]
    assert by_name(["a", None], [{"x": 1}, {}]) == [{"name": "a", "x": 1}, {}]


def test_sparse_features() -> None:
    assert write_sparse(SparseFeature(name="p", index_feature=(IndexFeature(name="i"),), is_sorted=True)) == {
        "index": ["i"],
        "is_sorted": True,
    }
    nameless = SparseFeature(index_feature=(IndexFeature(),), dense_shape=FixedShape(dim=(Dim(name="x", size=2),)))
    assert write_sparse(nameless) == {"dense_shape": [{"name": "x", "size": 2}], "index_feature": [{}]}
