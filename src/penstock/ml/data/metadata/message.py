"""The JSON of protocol buffers for the records of this room, both ways."""

from __future__ import annotations

import json
import math
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, TypeVar

import msgspec

from penstock.core.error import DataError

M = TypeVar("M")

_WORDS = {math.inf: "Infinity", -math.inf: "-Infinity"}


def encode(message: Any, *, indent: int | None = None) -> str:
    """A record as the JSON that `google.protobuf.json_format` reads; the same record gives the same text.

    Numbers that JSON has no word for are written as protocol buffers do: ``"NaN"``, ``"Infinity"``, ``"-Infinity"``.
    """
    return json.dumps(to_json(message), ensure_ascii=False, indent=indent, allow_nan=False)


def to_json(message: Any) -> Any:
    """A record as plain JSON values, without fields that equal their default.

    `msgspec` itself would tell defaults by identity, so that a 0.0 that was computed stays and one that was left alone
    goes: equal records would give different texts.
    """
    if isinstance(message, msgspec.Struct):
        return {
            key: to_json(value)
            for name, key, default in _fields(type(message))
            if (value := getattr(message, name)) != default
        }
    if isinstance(message, float):
        return message if math.isfinite(message) else _WORDS.get(message, "NaN")
    if isinstance(message, dict):
        return {key: to_json(value) for key, value in message.items()}
    if isinstance(message, (list, tuple)):
        return [to_json(value) for value in message]
    if is_dataclass(message):
        return {item.name: to_json(getattr(message, item.name)) for item in fields(message)}
    return message if isinstance(message, (str, int, type(None))) else msgspec.to_builtins(message)


def decode(text: str | bytes, kind: type[M], *, where: str) -> M:
    """A record from JSON.

    Parameters
    ----------
    text : str or bytes
        As `encode` or `google.protobuf.json_format.MessageToJson` write it: whole numbers may stand in quotes.
    kind : type
        The record's class.
    where : str
        For the message.

    Raises
    ------
    DataError
        If it is no JSON, or does not fit the record.
    """
    try:
        return msgspec.json.decode(text, type=kind, strict=False)
    except msgspec.DecodeError as error:
        raise DataError(
            f"not the JSON of {kind.__name__}: {error}", where=where, fix="give a file that Penstock or TFDV wrote"
        ) from error


@cache
def _fields(kind: type[msgspec.Struct]) -> tuple[tuple[str, str, Any], ...]:
    """Name, name in JSON, and default of each field; nothing equals the default of a field that has none."""
    return tuple(
        (
            field.name,
            field.encode_name,
            field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory(),
        )
        for field in msgspec.structs.fields(kind)
    )
