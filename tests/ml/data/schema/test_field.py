"""The records have every field of the real definitions, with its name in both formats and its type."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from penstock.ml.data.metadata.schema import SchemaMessage
from penstock.ml.data.schema.extension import typed_field
from penstock.ml.data.schema.field import ONE_OF, fields_of, names_of

KINDS = {1: "float", 2: "float", 3: "int", 4: "int", 5: "int", 8: "bool", 9: "text", 12: "bytes", 13: "int", 14: "word"}


def test_every_field_of_tensorflow_metadata() -> None:
    pytest.importorskip("tensorflow_metadata", reason="pip install tensorflow-metadata")
    from tensorflow_metadata.proto.v0 import schema_pb2

    seen: set[str] = set()
    _compare(SchemaMessage, schema_pb2.Schema.DESCRIPTOR, seen)
    assert len(seen) > 50


def _compare(kind: type[msgspec.Struct], descriptor: Any, seen: set[str]) -> None:
    if descriptor.full_name in seen:
        return
    seen.add(descriptor.full_name)
    fields = fields_of(kind)
    assert fields.keys() == {field.name for field in descriptor.fields}, descriptor.full_name
    for theirs in descriptor.fields:
        ours = typed_field(kind, fields[theirs.name]) or fields[theirs.name]
        assert ours.json_name == theirs.json_name
        is_map = theirs.message_type is not None and theirs.message_type.GetOptions().map_entry
        if theirs.message_type is None:
            assert ours.kind == KINDS[theirs.type], theirs.full_name
            assert ours.many == theirs.is_repeated
        elif is_map:
            assert ours.kind == "map"
            assert ours.record is not None
            _compare(ours.record, theirs.message_type.fields_by_name["value"].message_type, seen)
        elif theirs.message_type.full_name != "google.protobuf.Any":
            assert ours.record is not None
            _compare(ours.record, theirs.message_type, seen)
        if theirs.enum_type is not None:
            assert set(ours.words) == {value.name for value in theirs.enum_type.values}
    if kind in ONE_OF:
        assert set(ONE_OF[kind]) == {tuple(field.name for field in group.fields) for group in descriptor.oneofs}


def test_fields_by_either_name() -> None:
    names = names_of(SchemaMessage)
    assert names["string_domain"] is names["stringDomain"]
