"""Schemas as files: YAML for people, JSON and text for everything that knows TensorFlow Metadata."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

from penstock.core.error import DataError, UsageError
from penstock.ml.data.metadata.message import encode
from penstock.ml.data.metadata.schema import SchemaMessage
from penstock.ml.data.schema.field import check_choices
from penstock.ml.data.schema.node import node_of
from penstock.ml.data.schema.record import read_record
from penstock.ml.data.schema.schema_yaml import read_schema, write_schema
from penstock.ml.data.schema.text_reader import read_text
from penstock.ml.data.schema.text_writer import write_text

SchemaFormat = Literal["yaml", "json", "pbtxt"]

_FORMATS: dict[str, SchemaFormat] = {
    ".yaml": "yaml",
    ".yml": "yaml",
    ".json": "json",
    ".pbtxt": "pbtxt",
    ".textproto": "pbtxt",
    ".txt": "pbtxt",
}
_MAX_BYTES = 1 << 28
_MAX_DIGITS = 1000


def format_of(path: Path) -> SchemaFormat:
    """The format that a file's ending stands for.

    Raises
    ------
    UsageError
        If it stands for none.
    """
    found = _FORMATS.get(path.suffix.lower())
    if found is None:
        raise UsageError(
            f"a schema's file ends with {', '.join(_FORMATS)}, not with {path.suffix!r}",
            where=str(path),
            fix="use .yaml to edit it, .json or .pbtxt for TensorFlow's tools",
        )
    return found


def read_file(path: Path) -> tuple[str, SchemaFormat]:
    """Text and format of a schema's file.

    Raises
    ------
    DataError
        If it cannot be read, is no UTF-8, or has more than 256 MiB.
    """
    schema_format = format_of(path)
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise DataError(
                "a schema of more than 256 MiB",
                where=str(path),
                fix="give the file of a schema",
            )
        return path.read_text(encoding="utf-8-sig"), schema_format
    except OSError as error:
        raise DataError(
            f"cannot read the schema: {error.strerror}", where=str(path), fix="check the path and its permissions"
        ) from error
    except UnicodeDecodeError as error:
        raise DataError(f"no UTF-8: {error.reason}", where=str(path), fix="save it as UTF-8") from error


def write_file(path: Path, text: str) -> None:
    """Write a schema's file.

    Raises
    ------
    DataError
        If it cannot be written.
    """
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise DataError(
            f"cannot write the schema: {error.strerror}", where=str(path), fix="check the folder and its permissions"
        ) from error


def to_text(message: SchemaMessage, schema_format: SchemaFormat) -> str:
    """A schema in one of the formats; the same schema gives the same text."""
    if schema_format == "yaml":
        return write_schema(message)
    return write_text(message) if schema_format == "pbtxt" else encode(message, indent=2) + "\n"


def from_text(text: str, schema_format: SchemaFormat, where: str) -> SchemaMessage:
    """A schema from a text in one of the formats.

    Raises
    ------
    DataError
        Naming file, line or key of what does not fit.
    """
    if schema_format == "yaml":
        return read_schema(text, where)
    message = read_text(text, SchemaMessage, where) if schema_format == "pbtxt" else _from_json(text, where)
    check_choices(message, where)
    return message


def _from_json(text: str, where: str) -> SchemaMessage:
    try:
        value = json.loads(text, object_pairs_hook=lambda pairs: _unique(pairs, where), parse_int=_whole)
        json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise DataError(
            f"no JSON: {error.msg}", where=f"{where}, line {error.lineno}", fix="correct that line, or write it anew"
        ) from error
    except UnicodeEncodeError as error:
        half = f"\\u{ord(error.object[error.start]):04x}"
        raise DataError(f"{half} is half a character", where=where, fix="write the whole pair, or remove it") from error
    except RecursionError:
        raise DataError("nested too deeply", where=where, fix="give a file with fewer levels") from None
    return read_record(node_of(value, where), SchemaMessage)


def _whole(digits: str) -> int | str:
    """A number; one that Python would refuse to read stays text, and fits no field either."""
    return int(digits) if len(digits) <= _MAX_DIGITS else digits


def _unique(pairs: list[tuple[str, Any]], where: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise DataError(f"the key {key!r} stands twice in one object", where=where, fix="keep one of them")
        found[key] = value
    return found
