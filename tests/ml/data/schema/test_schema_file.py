"""Every schema survives every format, and the real protos read what is written and write what is read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from schema_messages import messages

from penstock.core.error import DataError, UsageError
from penstock.ml.data.metadata.schema import SchemaMessage
from penstock.ml.data.schema import Schema
from penstock.ml.data.schema.schema_file import SchemaFormat, from_text, to_text

FORMATS: tuple[SchemaFormat, ...] = ("yaml", "json", "pbtxt")


@pytest.mark.parametrize("schema_format", FORMATS)
def test_every_schema_survives(schema_format: SchemaFormat) -> None:
    @settings(max_examples=80)
    @given(messages())
    def survives(message: SchemaMessage) -> None:
        text = to_text(message, schema_format)
        read = from_text(text, schema_format, "x")
        assert read == message
        assert to_text(read, schema_format) == text

    survives()


@settings(max_examples=80)
@given(messages())
def test_the_real_protos_read_what_is_written_and_write_what_is_read(message: SchemaMessage) -> None:
    pytest.importorskip("tensorflow_metadata", reason="pip install tensorflow-metadata")
    from google.protobuf import json_format, text_format, wrappers_pb2
    from tensorflow_metadata.proto.v0 import schema_pb2

    assert wrappers_pb2.StringValue  # the type of the extra metadata must be known to the protos
    parsed = json_format.Parse(to_text(message, "json"), schema_pb2.Schema())
    assert parsed == text_format.Parse(to_text(message, "pbtxt"), schema_pb2.Schema())

    def again(text: str, schema_format: SchemaFormat) -> object:
        """What was read, as the protos see it: they write 32-bit floats as short decimals, which are other doubles."""
        return json_format.Parse(to_text(from_text(text, schema_format, "x"), "json"), schema_pb2.Schema())

    assert again(json_format.MessageToJson(parsed), "json") == parsed
    assert again(text_format.MessageToString(parsed), "pbtxt") == parsed
    assert again(json_format.MessageToJson(parsed, preserving_proto_field_name=True), "json") == parsed


def test_a_schema_that_tfdv_wrote(repository: Path) -> None:
    golden = json.loads((repository / "tests" / "golden" / "schema" / "tfdv.json").read_text(encoding="utf-8"))
    inferred = Schema.from_text(json.dumps(golden["inferred"]["flat"]), "json")
    assert Schema.from_text(golden["text"], "pbtxt") == inferred
    assert len(inferred) == 23


@pytest.mark.parametrize("ending", ["yaml", "yml", "json", "pbtxt", "txt", "textproto"])
def test_files_by_their_ending(ending: str, tmp_path: Path) -> None:
    schema = Schema().with_feature("fare", type="float", required=True, min=0)
    schema.save(tmp_path / f"s.{ending}")
    assert Schema.load(tmp_path / f"s.{ending}") == schema
    (tmp_path / f"s.{ending}").write_bytes(b"\xef\xbb\xbf" + (tmp_path / f"s.{ending}").read_bytes())
    assert Schema.load(str(tmp_path / f"s.{ending}")) == schema


def test_files_that_are_no_schema(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\.yaml"):
        Schema.load(tmp_path / "s.csv")
    with pytest.raises(DataError, match="No such file"):
        Schema.load(tmp_path / "s.yaml")
    with pytest.raises(DataError, match="cannot write"):
        Schema().save(tmp_path / "none" / "s.yaml")
    (tmp_path / "s.json").write_bytes(b"\xff")
    with pytest.raises(DataError, match="UTF-8"):
        Schema.load(tmp_path / "s.json")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{", "no JSON"),
        ('{"feature": 1}', "expected a list"),
        ('{"feature": [{"nmae": "a"}]}', "did you mean 'name'"),
        ('{"feature": [{"type": "INTEGER"}]}', "did you mean 'INT'"),
        ('{"feature": [{"name": "a", "name": "b"}]}', "stands twice"),
        ('{"feature": [{"presence": {"minCount": 1.5}}]}', "whole number"),
        ('{"feature": [{"presence": {"minCount": 1, "min_count": 1}}]}', "given twice"),
        ('{"feature": [{"name": "a", "intDomain": {}, "boolDomain": {}}]}', "int_domain and bool_domain"),
        ("[" * 100_000, "no JSON|nested"),
    ],
)
def test_json_that_is_no_schema(text: str, what: str) -> None:
    with pytest.raises(DataError, match=what):
        Schema.from_text(text, "json", where="s.json")


def test_numbers_and_characters_that_json_can_write_and_nobody_can_read() -> None:
    digits = "9" * 5000
    with pytest.raises(DataError, match="64 bits"):
        from_text(f'{{"feature":[{{"name":"a","intDomain":{{"min":{digits}}}}}]}}', "json", "here")
    with pytest.raises(DataError, match="ud800 is half a character"):
        from_text(r'{"feature":[{"name":"\ud800"}]}', "json", "here")
    found = from_text(r'{"feature":[{"name":"\ud83d\ude00"}]}', "json", "here")
    assert found.feature[0].name == "\U0001f600"
