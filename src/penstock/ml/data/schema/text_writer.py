"""Records in TensorFlow Metadata's text format (``.pbtxt``), as `google.protobuf.text_format` reads it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from penstock.ml.data.schema.any_message import any_entries
from penstock.ml.data.schema.extension import typed_field
from penstock.ml.data.schema.field import FieldKind, fields_of, given_fields
from penstock.ml.data.schema.node import node_of
from penstock.ml.data.schema.record import read_field

_ESCAPED = re.compile('[\\\\"\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]')
_SHORT = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def write_text(record: msgspec.Struct) -> str:
    """A record in the text format; the same record gives the same text.

    Raises
    ------
    DataError
        If what is kept as plain JSON (tensor representations, configurations of derived features) is not what
        TensorFlow Metadata has there.
    """
    return "".join(f"{line}\n" for line in _record(record, ""))


def _record(record: msgspec.Struct, indent: str) -> Iterator[str]:
    kind = type(record)
    for name, value in given_fields(record).items():
        field = fields_of(kind)[name]
        if (typed := typed_field(kind, field)) is not None:
            yield from _field(name, read_field(node_of(value, name), typed), typed, indent)
        else:
            yield from _field(name, value, field, indent)


def _field(name: str, value: Any, field: FieldKind, indent: str) -> Iterator[str]:
    if field.kind == "map":
        for key, item in value.items():
            yield f"{indent}{name} {{"
            yield f"{indent}  key: {_quoted(key)}"
            yield from _value("value", item, indent + "  ", field)
            yield f"{indent}}}"
    else:
        for item in value if field.many else (value,):
            yield from _value(name, item, indent, field)


def _value(name: str, value: Any, indent: str, field: FieldKind) -> Iterator[str]:
    if isinstance(value, msgspec.Struct):
        yield f"{indent}{name} {{"
        yield from _record(value, indent + "  ")
        yield f"{indent}}}"
    elif field.kind == "plain":
        yield f"{indent}{name} {{"
        for key, item in any_entries(value):
            yield from _untyped(key, item, indent + "  ")
        yield f"{indent}}}"
    else:
        yield f"{indent}{name}: {value if field.kind == 'word' else _scalar(value)}"


def _untyped(name: str, value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, dict):
        yield f"{indent}{name} {{"
        for key, item in value.items():
            yield from _untyped(key, item, indent + "  ")
        yield f"{indent}}}"
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _untyped(name, item, indent)
    elif value is not None:
        yield f"{indent}{name}: {_scalar(value)}"


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return '"' + "".join(_byte(code) for code in value) + '"'
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    return repr(value)


def _byte(code: int) -> str:
    return chr(code) if 0x20 <= code < 0x7F and code not in b'"\\' else f"\\{code:03o}"


def _quoted(text: str) -> str:
    return '"' + _ESCAPED.sub(_escape, text) + '"'


def _escape(found: re.Match[str]) -> str:
    # Octal escapes are bytes, so what is not ASCII becomes several of them.
    return _SHORT.get(found[0]) or "".join(f"\\{code:03o}" for code in found[0].encode())
