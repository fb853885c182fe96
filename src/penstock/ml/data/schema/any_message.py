"""`google.protobuf.Any` in the text format and in JSON, as far as that is possible without knowing its type.

JSON has it as its content with ``@type`` beside. In the text format it either shows the content, ``[url] { ... }``, or
the type and the bytes. Bytes of a type unknown here cannot be shown, and are kept as ``typeUrl`` and base64 ``value``.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator
from typing import Any

from penstock.ml.data.schema.text_entry import Entry, Scalar
from penstock.ml.data.schema.text_token import text_error

_STRUCT = "/google.protobuf.Struct"


def any_json(entries: tuple[Entry, ...], line: int, where: str) -> dict[str, Any]:
    """JSON of an Any from its entries in the text format."""
    if len(entries) == 1 and entries[0].name.startswith("[") and not isinstance(entries[0].value, Scalar):
        url = entries[0].name[1:-1]
        content = _content(entries[0].value)
        return {"@type": url, "value": _from_struct(content)} if url.endswith(_STRUCT) else {"@type": url, **content}
    raw = {entry.name: entry.value for entry in entries}
    if not raw.keys() <= {"type_url", "value"} or not all(isinstance(item, Scalar) for item in raw.values()):
        text_error("an Any needs [url] { ... }, or type_url and value", line, where)
    data = {name: item.token.data for name, item in raw.items() if isinstance(item, Scalar)}
    return {
        "typeUrl": data.get("type_url", b"").decode(errors="replace"),
        "value": base64.b64encode(data.get("value", b"")).decode(),
    }


def any_entries(value: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Names and values to be written in the text format; maps are messages."""
    if "@type" not in value:
        yield "type_url", str(value.get("typeUrl", ""))
        yield "value", base64.b64decode(value.get("value", ""))
        return
    url = str(value["@type"])
    content = {key: item for key, item in value.items() if key != "@type"}
    if url.endswith(_STRUCT):
        content = _to_struct(content.get("value", {}))
    yield f"[{url}]", content


def _content(entries: tuple[Entry, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for entry in entries:
        value = _scalar(entry.value) if isinstance(entry.value, Scalar) else _content(entry.value)
        if entry.name not in found:
            found[entry.name] = value
        elif isinstance(found[entry.name], list):
            found[entry.name].append(value)
        else:
            found[entry.name] = [found[entry.name], value]
    return found


def _scalar(scalar: Scalar) -> Any:
    if scalar.token.kind == "text":
        return scalar.token.data.decode(errors="replace")
    if scalar.token.kind == "word":
        return {"true": True, "false": False, "inf": math.inf, "nan": math.nan}.get(scalar.token.value, scalar.number)
    try:
        return int(scalar.number, 0)
    except ValueError:
        return float(scalar.number.rstrip("fF"))


def _from_struct(content: dict[str, Any]) -> dict[str, Any]:
    fields = content.get("fields", [])
    pairs = fields if isinstance(fields, list) else [fields]
    return {pair.get("key", ""): _from_value(pair.get("value", {})) for pair in pairs}


def _from_value(value: dict[str, Any]) -> Any:
    kind: str
    item: Any
    kind, item = next(iter(value.items()), ("null_value", None))
    if kind == "struct_value":
        return _from_struct(item)
    if kind == "list_value":
        values = item.get("values", [])
        return [_from_value(part) for part in (values if isinstance(values, list) else [values])]
    return None if kind == "null_value" else item


def _to_struct(value: Any) -> dict[str, Any]:
    return {"fields": [{"key": key, "value": _to_value(item)} for key, item in dict(value).items()]}


def _to_value(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return {"struct_value": _to_struct(value)}
    if isinstance(value, list):
        return {"list_value": {"values": [_to_value(item) for item in value]}}
    if isinstance(value, bool):
        return {"bool_value": value}
    if isinstance(value, (int, float)):
        return {"number_value": value}
    # The only word among the values; 0 is its number, which the format also takes.
    return {"null_value": 0} if value is None else {"string_value": str(value)}
