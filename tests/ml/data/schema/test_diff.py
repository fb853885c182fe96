"""Differences of schemas: by feature and field, as text and JSON."""

from __future__ import annotations

import json

from hypothesis import given, settings
from schema_messages import messages

from penstock.ml.data.metadata.schema import SchemaMessage
from penstock.ml.data.schema import Schema
from penstock.ml.data.schema.diff import diff

OLD = Schema.from_text(
    """
    environments: [TRAINING]
    features:
      fare: {type: float, required: true, min: 0, drift: {jensen_shannon: 0.1}}
      company: {type: string, values: [a, b]}
      same: {type: int}
      trip: {type: struct, features: {miles: {type: float}, gone: {type: int}}}
    domains: {shared: [u]}
    """
)


def test_what_differs() -> None:
    new = (
        OLD.with_feature("fare", required=0.5, drift={"jensen_shannon": 0.2, "l_infinity": 0.1})
        .with_domain("company", ["b", "c"])
        .without("trip.gone")
        .with_feature("new", type="int")
    )
    found = diff(OLD, new)
    assert found.lines() == [
        "+ new",
        "- trip.gone",
        "~ fare: required: true -> 0.5",
        "~ fare: drift.l_infinity: (none) -> 0.1",
        "~ fare: drift.jensen_shannon: 0.1 -> 0.2",
        "~ company: values: -a +c",
    ]
    shown = json.loads(json.dumps(found.to_json()))
    assert shown["added"] == ["new"]
    assert shown["changed"]["company"] == [{"field": "values", "old": ["a", "b"], "new": ["b", "c"]}]
    assert str(found).count("\n") == 5
    assert found


def test_nothing_differs() -> None:
    assert not diff(OLD, OLD)
    assert diff(OLD, OLD).lines() == []
    assert str(diff(OLD, OLD)) == "nothing differs"


def test_what_is_not_about_one_feature() -> None:
    other = Schema.from_text(OLD.to_yaml().replace("TRAINING", "SERVING").replace("shared: [u]", "shared: [v]"))
    assert diff(OLD, other).lines() == ["~ environments: -TRAINING +SERVING", "~ domains.shared: -u +v"]


def test_the_order_of_features_is_no_difference() -> None:
    message = OLD.message
    turned = SchemaMessage(
        feature=tuple(reversed(message.feature)),
        string_domain=message.string_domain,
        default_environment=message.default_environment,
    )
    assert not diff(OLD, Schema(turned))


@settings(max_examples=40)
@given(messages(), messages())
def test_any_two_schemas_can_be_compared(one: SchemaMessage, two: SchemaMessage) -> None:
    assert not diff(Schema(one), Schema(one))
    there, back = diff(Schema(one), Schema(two)), diff(Schema(two), Schema(one))
    assert there.added == back.removed
    assert there.changed.keys() == back.changed.keys()
    assert len(there.lines()) == len(back.lines())
