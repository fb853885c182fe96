"""The text format of protocol buffers, as people and the protos write it."""

from __future__ import annotations

import pytest

from penstock.core.error import DataError
from penstock.ml.data.metadata.domain import FloatDomain, IntDomain, StringDomain
from penstock.ml.data.metadata.schema import SchemaMessage
from penstock.ml.data.schema.text_reader import read_text
from penstock.ml.data.schema.text_writer import write_text


def read(text: str) -> SchemaMessage:
    return read_text(text, SchemaMessage, "s.pbtxt")


def test_every_way_to_write_it() -> None:
    message = read(
        """
        # a comment
        feature { name: "a" 'b' type: INT, int_domain: < min: 0x10; max: -017 > }  # another
        feature: [ { name: "c" float_domain { min: 1.5f max: inf disallow_nan: t } }, { name: "d" } ]
        string_domain { value: ["x", 'y'] value: "\\x41\\101\\303\\251\\u00e9\\U0001F600\\n\\"\\'\\?" value: "" }
        represent_variable_length_as_ragged: True
        """
    )
    assert [feature.name for feature in message.feature] == ["ab", "c", "d"]
    assert message.feature[0].int_domain == IntDomain(min=16, max=-15)
    assert message.feature[1].float_domain == FloatDomain(min=1.5, max=float("inf"), disallow_nan=True)
    assert message.string_domain == (StringDomain(value=("x", "y", "AAéé😀\n\"'?", "")),)
    assert message.represent_variable_length_as_ragged is True
    assert read(write_text(message)) == message


@pytest.mark.parametrize(
    ("text", "what", "line"),
    [
        ('feature {\n nmae: "a" }', "unknown field of Feature 'nmae'", 2),
        ('feature {\n name: "a"\n name: "b" }', "name is given twice", 3),
        ("feature { type: INTEGER }", "unknown value of type 'INTEGER'", 1),
        ("feature { name: a }", "needs a text in quotes", 1),
        ('feature { presence { min_count: "1" } }', "min_count is no int", 1),
        ("feature { presence { min_count: 1.5 } }", "min_count is no int", 1),
        ("feature { presence { min_count: 9223372036854775808 } }", "64 bits", 1),
        ("feature { presence { min_fraction: x } }", "min_fraction is no float", 1),
        ("feature { deprecated: 2 }", "deprecated is no bool", 1),
        ("feature { presence: 1 }", "needs a message in braces", 1),
        ("feature { name { } }", "not a message", 1),
        ("feature {", "expected a field, found the end", 1),
        ("feature { name }", "expected ':' or '{'", 1),
        ("feature { name: }", "expected a value", 1),
        ("feature { name: - }", "expected a value", 1),
        ('feature { name: "a', "is no text format", 1),
        ('feature { name: "\\q" }', "escape", 1),
        ('feature { name: "\\777" }', "is no byte", 1),
        ('feature { name: "\\ud800" }', "is no character", 1),
        ('feature { name: "\\xff" }', "is no UTF-8", 1),
        ("\n\n$", "is no text format", 3),
        ("tensor_representation_group { k: 1 }", "unknown field of a map's entry", 1),
        ("annotation { extra_metadata { a: 1 } }", "an Any needs", 1),
        ("feature {" * 200, "nested too deeply", 1),
    ],
)
def test_mistakes_are_named_with_their_line(text: str, what: str, line: int) -> None:
    with pytest.raises(DataError, match=what) as raised:
        read(text)
    assert raised.value.where == f"s.pbtxt, line {line}"


def test_an_any_of_every_kind() -> None:
    shown = '[type.googleapis.com/google.protobuf.Struct] { fields { key: "a" value { list_value { values { '
    shown += "number_value: 1.5 } values { bool_value: true } values { null_value: NULL_VALUE } } } } }"
    raw = 'type_url: "type.googleapis.com/x.Y" value: "\\000\\377"'
    message = read(f"annotation {{ extra_metadata {{ {shown} }} extra_metadata {{ {raw} }} }}")
    assert message.annotation is not None
    first, second = message.annotation.extra_metadata
    assert first == {"@type": "type.googleapis.com/google.protobuf.Struct", "value": {"a": [1.5, True, None]}}
    assert second == {"typeUrl": "type.googleapis.com/x.Y", "value": "AP8="}
    assert read(write_text(message)) == message


def test_the_protos_read_an_any_that_only_json_has() -> None:
    pytest.importorskip("tensorflow_metadata", reason="pip install tensorflow-metadata")
    from google.protobuf import json_format, struct_pb2, text_format
    from tensorflow_metadata.proto.v0 import schema_pb2

    assert struct_pb2.Struct
    value = {"a": [1.5, True, None, "x", {"b": {}}]}
    json = {"annotation": {"extraMetadata": [{"@type": "type.googleapis.com/google.protobuf.Struct", "value": value}]}}
    from penstock.ml.data.schema.node import node_of
    from penstock.ml.data.schema.record import read_record

    text = write_text(read_record(node_of(json, "x"), SchemaMessage))
    expected = json_format.ParseDict(json, schema_pb2.Schema())
    assert text_format.Parse(text, schema_pb2.Schema()) == expected
