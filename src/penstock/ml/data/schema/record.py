"""Records of TensorFlow Metadata from trees and back, field by field under the names of the schema's definition."""

from __future__ import annotations

import base64
import binascii
import math
from typing import Any, TypeVar

import msgspec

from penstock.ml.data.metadata.message import to_json
from penstock.ml.data.schema.extension import typed_field
from penstock.ml.data.schema.field import FieldKind, fields_of, given_fields, names_of
from penstock.ml.data.schema.node import Node

R = TypeVar("R", bound=msgspec.Struct)


def read_record(node: Node, kind: type[R]) -> R:
    """A record from a map whose keys are its fields, in either spelling (``min_count``, ``minCount``).

    Raises
    ------
    DataError
        At the place of a key that is unknown (with the closest known one) or given in both spellings, or of a value
        of the wrong type.
    """
    values: dict[str, Any] = {}
    names = names_of(kind)
    for key, item in node.known(names):
        field = names[key]
        if field.name in values:
            raise item.error(f"{field.name} is given twice", "keep one of the two spellings")
        if item.value is None:
            continue
        typed = typed_field(kind, field)
        values[field.name] = read_field(item, field) if typed is None else plain_json(read_field(item, typed))
    return kind(**values)


def plain_json(value: Any) -> Any:
    """What a record keeps as plain JSON, from the typed records that it was read as."""
    if isinstance(value, dict):
        return {key: plain_json(item) for key, item in value.items()}
    return to_json(value) if isinstance(value, msgspec.Struct) else value


def read_field(node: Node, field: FieldKind) -> Any:
    """The value of one field."""
    if field.many:
        return tuple(_read_one(item, field) for item in node.list())
    if field.kind == "map":
        return {key: _read_one(item, field) for key, item in node.map().items()}
    return _read_one(node, field)


def _read_one(node: Node, field: FieldKind) -> Any:
    match field.kind:
        case "record" | "map":
            assert field.record is not None
            return read_record(node, field.record)
        case "word":
            return node.word(field.words)
        case "plain":
            node.map()
            return node.plain()
        case "bytes":
            return _bytes(node)
        case kind:
            return getattr(node, kind)()


def _bytes(node: Node) -> bytes:
    try:
        return base64.b64decode(node.text(), validate=True)
    except binascii.Error:
        raise node.error("not base64", "give bytes as base64, as JSON has no bytes") from None


def record_tree(record: msgspec.Struct) -> dict[str, Any]:
    """A record as a tree with the names of the schema's definition; whole floats as ints, for people."""
    fields = fields_of(type(record))
    return {name: field_tree(value, fields[name]) for name, value in given_fields(record).items()}


def field_tree(value: Any, field: FieldKind) -> Any:
    """The value of one field as a tree."""
    if field.many:
        return [_one_tree(item, field) for item in value]
    if field.kind == "map":
        return {key: _one_tree(item, field) for key, item in value.items()}
    return _one_tree(value, field)


def _one_tree(value: Any, field: FieldKind) -> Any:
    if isinstance(value, msgspec.Struct):
        return record_tree(value)
    if field.kind == "float":
        return whole(value)
    return base64.b64encode(value).decode() if field.kind == "bytes" else value


def whole(value: float) -> int | float:
    """A float that is a small whole number as an int, so that people see ``0``, not ``0.0``."""
    is_whole = math.isfinite(value) and value == int(value) and abs(value) < 1e15
    return int(value) if is_whole and math.copysign(1, value) == math.copysign(1, int(value)) else value
