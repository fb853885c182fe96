"""The JSON of protocol buffers for the records of this room, both ways."""

from __future__ import annotations

import json
import math
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
    """A record as plain JSON values."""
    return _finite(msgspec.to_builtins(message, str_keys=True))


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


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else _WORDS.get(value, "NaN")
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, (list, tuple)) else value
