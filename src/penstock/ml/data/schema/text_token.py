"""Words, numbers, texts and signs of the text format of protocol buffers.

References
----------
Text Format Language Specification, protobuf.dev.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NoReturn

from penstock.core.error import DataError

TokenKind = Literal["word", "number", "text", "sign", "end"]

_BLANK = re.compile(r"(?:[ \t\r\n\f\v]+|#[^\n]*)*")
_TOKEN = re.compile(
    r"(?P<word>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<number>0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fF]?)"
    r"|(?P<text>\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*')"
    r"|(?P<sign>[-{}<>:;,\[\]/.%])"
)
_ESCAPE = re.compile(r"\\(?:([0-7]{1,3})|[xX]([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))")
_LETTERS = {
    "a": b"\a", "b": b"\b", "f": b"\f", "n": b"\n", "r": b"\r", "t": b"\t", "v": b"\v",
    "\\": b"\\", "'": b"'", '"': b'"', "?": b"?",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text; a text's value is decoded, in ``data``."""

    kind: TokenKind
    value: str
    line: int
    data: bytes = b""


def tokens(text: str, where: str) -> Iterator[Token]:
    """Tokens of a text, the last of them of kind ``end``; neighbouring texts are one.

    Raises
    ------
    DataError
        With the line of a character or an escape that the format does not have.
    """
    at, line = 0, 1
    pending: Token | None = None
    while True:
        blank = _BLANK.match(text, at)
        assert blank is not None
        line += text.count("\n", at, blank.end())
        at = blank.end()
        token = Token("end", "", line) if at == len(text) else _token(text, at, line, where)
        at += len(token.value)
        if token.kind == "text":
            data = _decode(token.value[1:-1], line, where)
            pending = Token("text", "", pending.line, pending.data + data) if pending else Token("text", "", line, data)
            continue
        if pending is not None:
            yield pending
            pending = None
        yield token
        if token.kind == "end":
            return


def text_error(what: str, line: int, where: str) -> NoReturn:
    """Refuse a text, naming the line."""
    raise DataError(
        what, where=f"{where}, line {line}", fix="correct that line, or write the file anew from its source"
    )


def _token(text: str, at: int, line: int, where: str) -> Token:
    found = _TOKEN.match(text, at)
    if found is None:
        text_error(f"{text[at : at + 20].splitlines()[0]!r} is no text format", line, where)
    kind: TokenKind = found.lastgroup  # type: ignore[assignment]  # one of the groups of the pattern
    return Token(kind, found[0], line)


def _decode(body: str, line: int, where: str) -> bytes:
    if "\\" not in body:
        return body.encode()
    parts: list[bytes] = []
    at = 0
    for found in _ESCAPE.finditer(body):
        parts += (body[at : found.start()].encode(), _escaped(found, line, where))
        at = found.end()
    return b"".join((*parts, body[at:].encode()))


def _escaped(found: re.Match[str], line: int, where: str) -> bytes:
    octal, digits, short, long, letter = found.groups()
    if octal or digits:
        code = int(octal, 8) if octal else int(digits, 16)
        if code > 255:
            text_error(f"the escape {found[0]} is no byte", line, where)
        return bytes([code])
    if letter:
        if letter not in _LETTERS:
            text_error(f"the escape {found[0]!r} is unknown", line, where)
        return _LETTERS[letter]
    try:
        return chr(int(short or long, 16)).encode()
    except (ValueError, UnicodeEncodeError):
        text_error(f"the escape {found[0]} is no character", line, where)
