"""The YAML that people edit: what its words mean, and what it says about mistakes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from penstock.core.error import DataError
from penstock.ml.data.metadata.domain import BoolDomain, FloatDomain, IntDomain, StringDomain
from penstock.ml.data.metadata.schema import Dim, Feature, FeaturePresence, FixedShape, ValueCount
from penstock.ml.data.schema import Schema


def read(text: str) -> Schema:
    return Schema.from_text(text, where="s.yaml")


def feature(block: str) -> Feature:
    return read(f"features: {{a: {{{block}}}}}").feature("a")


def test_every_word_survives_and_is_written_as_people_left_it(repository: Path) -> None:
    text = (repository / "tests" / "golden" / "schema" / "everything.yaml").read_text(encoding="utf-8")
    schema = read(text)
    assert schema.to_yaml() == text
    assert schema.feature("fare").float_domain == FloatDomain(min=0.0, disallow_nan=True)
    assert schema.feature("zip").int_domain == IntDomain(min=10000, max=99999)
    assert schema.feature("answer").bool_domain == BoolDomain(true_value="yes", false_value="no")
    assert schema.feature("trip.stop").domain == "trip.stop"
    assert [domain.name for domain in schema.message.string_domain] == ["shared", "company", "trip.stop"]
    assert [check.name for check in schema.checks] == ["tips", "order"]
    assert schema.checks[0].severity == "WARNING"
    assert schema.checks[1].sql == "select * from this where a > b"


@pytest.mark.parametrize(
    ("block", "presence"),
    [
        ("required: true", FeaturePresence(min_fraction=1.0, min_count=1)),
        ("required: yes", FeaturePresence(min_fraction=1.0, min_count=1)),
        ("required: some", FeaturePresence(min_count=1)),
        ("required: false", FeaturePresence(min_count=0)),
        ("required: 0.5", FeaturePresence(min_fraction=0.5, min_count=1)),
        ("presence: {min_fraction: 0.5}", FeaturePresence(min_fraction=0.5)),
        ("type: int", None),
    ],
)
def test_presence(block: str, presence: FeaturePresence | None) -> None:
    assert feature(block).presence == presence


def test_one_value_per_row_unless_it_is_said() -> None:
    one = FixedShape(dim=(Dim(size=1),))
    assert feature("type: int, required: true").shape == one
    assert feature("type: int, required: some").value_count == ValueCount(min=1, max=1)
    assert feature("type: struct, required: true").value_count == ValueCount(min=1, max=1)
    assert feature("type: int, count: 3").value_count == ValueCount(min=3, max=3)
    assert feature("type: int, count: 2+").value_count == ValueCount(min=2)
    nothing = feature("type: int, required: true, count: any")
    assert (nothing.shape, nothing.value_count) == (None, None)


def test_texts_are_texts_also_where_yaml_sees_something_else() -> None:
    schema = read("features: {no: {type: string, values: [yes, no, 1, 1.0, on, ~a, 2020-01-01]}, 1: {type: int}}")
    assert [feature.name for feature in schema] == ["no", "1"]
    expected = StringDomain(name="no", value=("yes", "no", "1", "1.0", "on", "~a", "2020-01-01"))
    assert schema.message.string_domain == (expected,)
    assert read(schema.to_yaml()) == schema


def test_numbers() -> None:
    assert feature("type: float, min: -.inf, max: 1e-5").float_domain == FloatDomain(min=float("-inf"), max=1e-5)
    assert feature("type: int, min: 0x10").int_domain == feature("type: int, min: 16").int_domain


@pytest.mark.parametrize(
    ("text", "what", "where"),
    [
        ("features: {a: {tpye: int}}", "unknown key 'tpye'", "line 1: features.a.tpye"),
        ("features:\n  a: {type: integer}", "unknown type 'integer'", "line 2: features.a.type"),
        ("features:\n  a: {type: int}\n  a: {}", "'a' stands twice in features", r"line 3 \(first in line 2\)"),
        ("features: {a: {type: int}}\nfeature: []", "feature is given twice", "line 2"),
        ("featurs: {}", "did you mean 'features'", "line 1"),
        ("features: {a: {type: int, min: x}}", "expected a whole number", "a.min"),
        ("features: {a: {type: int, min: 1.5}}", "expected a whole number", "a.min"),
        ("features: {a: {type: int, min: 9223372036854775808}}", "64 bits", "a.min"),
        ("features: {a: {type: string, min: 1}}", "min is for numbers", "a.min"),
        ("features: {a: {type: int, values: [1]}}", "values are for strings", "a.values"),
        ("features: {a: {type: int, holds: int}}", "holds is for strings", "a.holds"),
        ("features: {a: {type: int, allow_nan: true}}", "allow_nan is for floats", "a.allow_nan"),
        ("features: {a: {type: int, true_value: x}}", "true_value is for strings", "a.true_value"),
        ("features: {a: {type: int, required: maybe}}", "required is 'maybe'", "a.required"),
        ("features: {a: {required: true, presence: {}}}", "presence is given twice", "a.presence"),
        ("features: {a: {count: 1, shape: [1]}}", "value_count and shape|shape and value_count", "a"),
        ("features: {a: {count: any, shape: [1]}}", "count: any and shape", "a"),
        ("features: {a: {count: [1, 2, 3]}}", "3 limits", "a.count"),
        ("features: {a: {type: int, min: 1, time: UNIX_DAYS}}", "int_domain and time_domain", "a"),
        ("features: {a: {type: int, drift: {jsd: 1}}}", "unknown key 'jsd'", "a.drift.jsd"),
        ("features: {a: {name: b}}", "a feature's name is its key", "a.name"),
        ("features: {a: {lifecycle_stage: DEPRECATE}}", "did you mean 'DEPRECATED'", "a.lifecycle_stage"),
        ("features: {a: {severity: fatal}}", "unknown word 'fatal'", "a.severity"),
        ("features: {a: [1]}", "expected a map", "a"),
        ("features: {a: {type: string, values: [null]}}", "expected a text", "a.values.0"),
        ("features: {a: {type: string, values: [x]}}\ndomains: {a: [x]}", "domain 'a' is given twice", "s.yaml"),
        ("checks: [{name: a}]", "the check has no sql", "checks.0"),
        ("checks: [{name: a, sql: x}, {name: a, sql: x}]", "two checks are named 'a'", "checks.1"),
        ("checks: [{name: '', sql: x}]", "lacks its name", "checks.0"),
        ("checks: [{name: a, sql: x, sqll: y}]", "did you mean 'sql'", "checks.0.sqll"),
        ("a: [", "no YAML", "s.yaml"),
        ("a: 1\n--- {}", "a second document", "line 2"),
        ("- a", "expected a map", "line 1"),
        ("features: &f {}", "anchors and aliases", "line 1"),
        ("features: {a: *f}", "anchors and aliases", "line 1"),
        ("features: !!python/object/apply:os.system [ls]", "the tag", "line 1"),
        ("? [a]\n: 1", "a key is a list", "line 1"),
        ("a: " + "[" * 200 + "]" * 200, "nested too deeply", "line 1"),
        ("[" * 50_000, "nested too deeply", "line 1"),
    ],
)
def test_mistakes_are_named_with_their_place(text: str, what: str, where: str) -> None:
    with pytest.raises(DataError, match=what) as raised:
        read(text)
    assert re.search(where, raised.value.where)


def test_an_empty_document_is_an_empty_schema() -> None:
    assert read("") == read("features:\n") == Schema()
    assert read(Schema().to_yaml()) == Schema()


def test_names_that_cannot_be_keys_give_a_list() -> None:
    features: tuple[Any, ...] = (Feature(name="a"), Feature(name="a"), Feature())
    schema = Schema(Schema().message.__class__(feature=features))
    assert "[{name: a, count: any}, " in schema.to_yaml()
    assert read(schema.to_yaml()) == schema
