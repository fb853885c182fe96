"""The class: looking features up, changing them in code, showing them."""

from __future__ import annotations

import pickle

import pytest

from penstock.core.error import DataError, NotFoundError
from penstock.ml.data.metadata.domain import BoolDomain, FloatDomain, IntDomain
from penstock.ml.data.metadata.schema import Feature, SchemaMessage
from penstock.ml.data.schema import Check, Schema

TEXT = """
environments: [TRAINING, SERVING]
features:
  fare: {type: float, required: true, min: 0}
  company: {type: string, values: [a, b]}
  other: {type: string, domain: company}
  a.b: {type: int}
  trip: {type: struct, features: {fare: {type: float}, 'it''s': {type: int}}}
  label: {type: bool, required: true, not_in_environment: [SERVING]}
  only: {type: bool, in_environment: [SHADOW]}
"""


@pytest.fixture
def schema() -> Schema:
    return Schema.from_text(TEXT)


def test_features_by_name_and_path(schema: Schema) -> None:
    assert schema.feature("fare").float_domain == FloatDomain(min=0.0)
    assert schema.feature("a.b").name == schema.feature("'a.b'").name == "a.b"
    assert schema.feature("trip.fare").type == "FLOAT"
    assert schema.feature("trip.'it''s'").type == "INT"
    assert [feature.name for feature in schema][:2] == ["fare", "company"]
    assert len(schema) == 7
    assert "trip.fare" in schema
    assert "fares" not in schema
    with pytest.raises(NotFoundError, match="did you mean 'fare'"):
        schema.feature("fares")


def test_it_is_a_value(schema: Schema) -> None:
    assert schema == Schema.from_text(TEXT) != Schema()
    assert pickle.loads(pickle.dumps(schema)) == schema
    schema.with_feature("fare", min=1)
    assert schema == Schema.from_text(TEXT)


def test_what_excludes_each_other_is_refused() -> None:
    both = Feature(name="a", int_domain=IntDomain(), bool_domain=BoolDomain())
    with pytest.raises(DataError, match="int_domain and bool_domain"):
        Schema.from_message(SchemaMessage(feature=(both,)))


def test_features_are_changed_in_the_words_of_the_yaml(schema: Schema) -> None:
    new = schema.with_feature("fare", max=9, min=None, required="some", drift={"l_infinity": 0.1}, severity="warning")
    assert "fare: {type: float, required: some, max: 9, drift: {l_infinity: 0.1}, severity: warning}" in new.to_yaml()
    assert new.feature("fare").shape is None
    with pytest.raises(DataError, match="did you mean 'max'"):
        schema.with_feature("fare", maxi=9)
    with pytest.raises(DataError, match="cannot hold"):
        schema.with_feature("fare", max=object())


def test_one_way_to_say_it_takes_the_place_of_another(schema: Schema) -> None:
    timed = schema.with_feature("a.b", time="UNIX_DAYS")
    assert timed.with_feature("a.b", min=3).feature("a.b").time_domain is None
    assert schema.with_feature("company", domain="shared").feature("company").domain == "shared"
    free = schema.with_feature("fare", presence={"min_count": 2}, shape=[2])
    assert free.with_feature("fare", required=True, count=1).feature("fare") != schema.feature("fare")


def test_a_type_takes_along_what_it_can(schema: Schema) -> None:
    assert schema.with_feature("fare", type="int").feature("fare").int_domain == IntDomain(min=0)
    assert schema.with_feature("company", type="int").feature("company").domain is None
    assert schema.with_feature("fare", type="string").feature("fare").float_domain is None


def test_values_are_the_domain_s(schema: Schema) -> None:
    new = schema.with_domain("company", ["b", "c"])
    assert [domain.value for domain in new.message.string_domain] == [("b", "c")]
    added = (
        new.with_domain("trip.kind", ["x"])
        if "trip.kind" in new
        else new.with_feature("trip.kind", type="string", values=["x"])
    )
    assert added.feature("trip.kind").domain == "trip.kind"
    assert [domain.name for domain in added.message.string_domain] == ["company", "trip.kind"]
    with pytest.raises(DataError, match="no struct 'stop'"):
        new.with_feature("stop.kind", type="int")


def test_what_is_taken_out_takes_its_domain_along(schema: Schema) -> None:
    assert len(schema.without("company").message.string_domain) == 1  # `other` still uses it
    gone = schema.without("company", "other", "trip.fare")
    assert gone.message.string_domain == ()
    assert "trip.fare" not in gone
    with pytest.raises(NotFoundError):
        schema.without("none")


def test_environments(schema: Schema) -> None:
    names = {name: [feature.name for feature in schema.for_environment(name)] for name in ("SERVING", "SHADOW")}
    assert "label" not in names["SERVING"]
    assert names["SHADOW"] == ["only"]
    assert len(schema.for_environment("TRAINING")) == 7  # in_environment adds to the default ones
    with pytest.raises(DataError, match="did you mean 'SERVING'"):
        schema.for_environment("SERVIN")
    with pytest.raises(DataError, match="name it under environments"):
        Schema().for_environment("SERVING")


def test_checks_are_replaced_by_name(schema: Schema) -> None:
    one, two = Check("one", "a > 0"), Check("two", "a > 1", severity="WARNING", features=("a",))
    new = schema.with_checks(one, two)
    assert new.checks == (one, two)
    assert new.with_checks(Check("one", "a > 5")).checks == (Check("one", "a > 5"), two)
    for schema_format in ("yaml", "json", "pbtxt"):
        assert Schema.from_text(new.to_text(schema_format), schema_format).checks == new.checks  # type: ignore[arg-type]


def test_it_is_shown_as_a_table(schema: Schema) -> None:
    lines = repr(schema.with_checks(Check("c", "a <b"))).splitlines()
    assert lines[0].split() == ["Feature", "Type", "Presence", "Valency", "Domain"]
    assert lines[1].split() == ["fare", "FLOAT", "required", "single", "min:", "0"]
    assert lines[2].split() == ["company", "STRING", "single", "company"]
    assert "trip.'it''s'" in lines[7]
    assert "company  a, b" in lines
    html = schema.with_checks(Check("c", "a <b"))._repr_html_()
    assert "<td>trip.fare</td>" in html
    assert "a &lt;b" in html


def test_long_schemas_are_cut() -> None:
    schema = Schema.from_message(SchemaMessage(feature=tuple(Feature(name=f"c{at}") for at in range(5000))))
    assert len(repr(schema).splitlines()) == 202
    assert "4800 more features" in repr(schema)
