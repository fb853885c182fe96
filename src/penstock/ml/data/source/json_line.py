"""Lines of JSON text: found in a file, and decoded without loss or told with their number."""

from __future__ import annotations

import gzip
import json
import math
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from penstock.core.error import DataError
from penstock.ml.data.source.location import content_kind

MAX_LINE_BYTES = 64 << 20
"""Longest line that is read."""

_DECODER = msgspec.json.Decoder()
_RAW = msgspec.json.Decoder(dict[str, msgspec.Raw])
_SEPARATOR = re.compile(rb'"\s*:')
_BOM = b"\xef\xbb\xbf"


class Line(NamedTuple):
    """One line that is not blank."""

    number: int
    text: bytes


def read_lines(path: Path) -> Iterator[Line]:
    """The lines of a file, gzipped or not, that are not blank; from 1.

    Raises
    ------
    DataError
        If the file is of another format, is cut off, or has a line that is too long.
    """
    is_gzip = path.name.lower().endswith(".gz") or content_kind(path)[0] == "gzip"
    _check_content(path, is_gzip)
    number = 0
    try:
        with gzip.open(path) if is_gzip else path.open("rb") as file:
            while text := file.readline(MAX_LINE_BYTES + 1):
                number += 1
                if len(text) > MAX_LINE_BYTES:
                    raise DataError(
                        f"the line is longer than {MAX_LINE_BYTES >> 20} MiB",
                        where=f"{path}, line {number}",
                        fix="write one object per line: jq -c '.[]' FILE",
                    )
                text = (text.removeprefix(_BOM) if number == 1 else text).strip()
                if text:
                    yield Line(number, text)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DataError(
            f"the gzip file is damaged or cut off after line {number}: {error}",
            where=str(path),
            fix="compress it again, or fetch it anew",
        ) from error


def _check_content(path: Path, is_gzip: bool) -> None:
    kind, text = content_kind(path)
    if kind and not (is_gzip and kind == "gzip"):
        raise DataError(f"the file is not JSON lines, but {text}", where=str(path), fix="give its real format")
    if is_gzip and not kind and path.stat().st_size:
        raise DataError(
            "the file is not gzip-compressed", where=str(path), fix="rename it without .gz, or compress it: gzip FILE"
        )


def decode(line: Line, path: Path) -> dict[str, Any]:
    """The object of a line; integers of any size are exact, ``NaN`` and ``Infinity`` are taken as Python writes them.

    Raises
    ------
    DataError
        If the line is no JSON, no object, or holds a number that a double cannot hold.
    """
    try:
        value = _DECODER.decode(line.text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        value = _decode_slowly(line, path, error)
    if not isinstance(value, dict):
        raise _no_object(line, path, value)
    return value


def decode_raw(line: Line, path: Path) -> dict[str, str | None]:
    """The text of each value of a line: of a string its content, of anything else what is written."""
    try:
        found = {name: bytes(raw) for name, raw in _RAW.decode(line.text).items()}
    except msgspec.MsgspecError:
        return {name: text_of(value) for name, value in decode(line, path).items()}
    return {name: _content(text) for name, text in found.items()}


def text_of(value: Any) -> str | None:
    """A decoded value as text: a string is itself, anything else is compact JSON."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def check_duplicates(line: Line, keys: int, path: Path) -> None:
    """Refuse a line whose objects repeat a key.

    Parameters
    ----------
    line : Line
    keys : int
        Number of keys that decoding found, in all objects of the line.

    Raises
    ------
    DataError
        Naming the key.
    """
    # Each written key has a colon of its own; only if there are more of them is a closer look due.
    if line.text.count(b":") == keys or len(_SEPARATOR.findall(line.text)) == keys:
        return

    def check(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            names = [name for name, _ in pairs]
            name = next(name for name in names if names.count(name) > 1)
            raise DataError(f"the key '{name}' stands there twice", where=_where(line, path), fix="remove one of them")
        return found

    json.loads(line.text, object_pairs_hook=check)


def _content(text: bytes) -> str | None:
    if text == b"null":
        return None
    if text.startswith(b'"'):
        decoded: str = _DECODER.decode(text)
        return decoded
    return text.decode()


def _decode_slowly(line: Line, path: Path, cause: Exception) -> Any:
    """By the standard library, which knows ``NaN``; what it refuses, too, is an error."""
    try:
        value = json.loads(line.text, parse_float=_finite)
        # Halves of surrogate pairs are no text.
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        told = str(cause if isinstance(error, json.JSONDecodeError) else error).splitlines()[0]
        fix = "correct the line; each is one JSON object"
        if line.text in (b"[", b"{") or (line.number == 1 and line.text.startswith(b"[")):
            fix = "write one object per line: jq -c '.[]' FILE"
        raise DataError(f"the line is not JSON: {told}", where=_where(line, path), fix=fix) from error
    return value


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"the number {text[:40]} is out of the range of doubles")
    return number


def _no_object(line: Line, path: Path, value: Any) -> DataError:
    kind = {list: "an array", str: "a text", type(None): "null"}.get(type(value), "a number or boolean")
    return DataError(
        f"the line holds {kind}, not an object",
        where=_where(line, path),
        fix="write one object per line; for an array of objects: jq -c '.[]' FILE",
    )


def _where(line: Line, path: Path) -> str:
    return f"{path}, line {line.number}"
