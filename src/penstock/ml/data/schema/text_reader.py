"""TensorFlow Metadata's text format (``.pbtxt``) as records."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from penstock.core.error import DataError
from penstock.ml.data.schema.any_message import any_json
from penstock.ml.data.schema.extension import typed_field
from penstock.ml.data.schema.field import FieldKind, fields_of, unknown_name
from penstock.ml.data.schema.record import plain_json
from penstock.ml.data.schema.text_entry import Entry, Scalar, read_entries
from penstock.ml.data.schema.text_token import text_error

R = TypeVar("R", bound=msgspec.Struct)

_INT64 = range(-(1 << 63), 1 << 63)
_BOOLS = {"true": True, "True": True, "t": True, "1": True, "false": False, "False": False, "f": False, "0": False}


def read_text(text: str, kind: type[R], where: str) -> R:
    """A record from the text format.

    Parameters
    ----------
    text : str
        As `google.protobuf.text_format` or TFDV's ``write_schema_text`` write it, or a person.
    kind : type
        The record's class.
    where : str
        The file, for messages.

    Raises
    ------
    DataError
        With the line of what does not fit: unknown fields (with the closest known one), wrong types.
    """
    try:
        return _record(read_entries(text, where), kind, where)
    except RecursionError:
        raise DataError("nested too deeply", where=where, fix="give a file with fewer levels") from None


def _record(entries: tuple[Entry, ...], kind: type[R], where: str) -> R:
    fields = fields_of(kind)
    values: dict[str, Any] = {}
    for entry in entries:
        if entry.name not in fields:
            raise unknown_name(entry.name, fields, f"{where}, line {entry.line}", f"field of {kind.__name__}")
        field = fields[entry.name]
        if (typed := typed_field(kind, field)) is not None:
            _put(values, entry, typed, where)
        else:
            _put(values, entry, field, where)
    return kind(**{name: _finish(value, kind, fields[name]) for name, value in values.items()})


def _put(values: dict[str, Any], entry: Entry, field: FieldKind, where: str) -> None:
    if field.kind == "map":
        key, value = _pair(entry, field, where)
        values.setdefault(entry.name, {})[key] = value
    elif field.many:
        values.setdefault(entry.name, []).append(_value(entry, field, where))
    elif entry.name in values:
        text_error(f"{entry.name} is given twice", entry.line, where)
    else:
        values[entry.name] = _value(entry, field, where)


def _finish(value: Any, kind: type, field: FieldKind) -> Any:
    if typed_field(kind, field) is not None:
        return plain_json(value)
    return tuple(value) if field.many else value


def _pair(entry: Entry, field: FieldKind, where: str) -> tuple[str, Any]:
    """Key and value of an entry of a map, which the format writes as a message of the two."""
    key: Any = ""
    assert field.record is not None
    value: Any = field.record()
    for part in _entries(entry, where):
        if part.name == "key":
            key = _text(part, where)
        elif part.name == "value":
            value = _record(_entries(part, where), field.record, where)
        else:
            raise unknown_name(part.name, ("key", "value"), f"{where}, line {part.line}", "field of a map's entry")
    return key, value


def _value(entry: Entry, field: FieldKind, where: str) -> Any:
    match field.kind:
        case "record":
            assert field.record is not None
            return _record(_entries(entry, where), field.record, where)
        case "plain":
            return any_json(_entries(entry, where), entry.line, where)
        case "text":
            return _text(entry, where)
        case "bytes":
            return _scalar(entry, "a text", where).token.data
        case "word":
            word = _scalar(entry, "a word", where).token.value
            if word not in field.words:
                raise unknown_name(word, field.words, f"{where}, line {entry.line}", f"value of {field.name}")
            return word
        case _:
            return _plain_scalar(entry, field, where)


def _plain_scalar(entry: Entry, field: FieldKind, where: str) -> Any:
    scalar = _scalar(entry, "a number", where)
    text = scalar.number
    if field.kind == "bool" and text in _BOOLS:
        return _BOOLS[text]
    if scalar.token.kind == "text" or field.kind == "bool":
        text_error(f"{field.name} is no {field.kind}", entry.line, where)
    try:
        number = _int(text) if field.kind == "int" else _float(text)
    except ValueError:
        text_error(f"{field.name} is no {field.kind}: {text!r}", entry.line, where)
    if field.kind == "int" and number not in _INT64:
        text_error(f"{field.name} does not fit into 64 bits: {text}", entry.line, where)
    return number


def _int(text: str) -> int:
    digits = text.removeprefix("-")
    base = 16 if digits[:2] in ("0x", "0X") else 8 if digits.startswith("0") and len(digits) > 1 else 10
    return int(text, base)


def _float(text: str) -> float:
    if text.lower().removeprefix("-") in ("inf", "infinity", "nan"):
        return float(text)
    return float(text.rstrip("fF") if "x" not in text.lower() else _int(text))


def _text(entry: Entry, where: str) -> str:
    scalar = _scalar(entry, "a text in quotes", where)
    if scalar.token.kind != "text":
        text_error(f"{entry.name} needs a text in quotes", entry.line, where)
    try:
        return scalar.token.data.decode()
    except UnicodeDecodeError:
        text_error(f"{entry.name} is no UTF-8", entry.line, where)


def _scalar(entry: Entry, expected: str, where: str) -> Scalar:
    if not isinstance(entry.value, Scalar):
        text_error(f"{entry.name} needs {expected}, not a message", entry.line, where)
    return entry.value


def _entries(entry: Entry, where: str) -> tuple[Entry, ...]:
    if isinstance(entry.value, Scalar):
        text_error(f"{entry.name} needs a message in braces", entry.line, where)
    return entry.value
