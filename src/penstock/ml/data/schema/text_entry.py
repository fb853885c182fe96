"""The text format of protocol buffers as entries of messages, before anything is known of their fields."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from penstock.ml.data.schema.text_token import Token, text_error, tokens

_CLOSING = {"{": "}", "<": ">"}
_MAX_DEPTH = 100


@dataclass(frozen=True, slots=True)
class Scalar:
    """A word, a number or a text, as it stands there."""

    token: Token
    is_negative: bool = False

    @property
    def number(self) -> str:
        """The word or number with its sign, as Python's numbers are written."""
        return "-" * self.is_negative + self.token.value


@dataclass(frozen=True, slots=True)
class Entry:
    """A field of a message: name (``[url]`` for the content of an Any), line, and value: a scalar or entries."""

    name: str
    line: int
    value: Scalar | tuple[Entry, ...]


def read_entries(text: str, where: str) -> tuple[Entry, ...]:
    """Entries of a message in text format.

    Raises
    ------
    DataError
        With the line of whatever does not follow the format.
    """
    return _Parser(text, where).message("", 0)


class _Parser:
    def __init__(self, text: str, where: str) -> None:
        self.rest: Iterator[Token] = tokens(text, where)
        self.where = where
        self.token = next(self.rest)

    def next(self) -> Token:
        token, self.token = self.token, next(self.rest, self.token)
        return token

    def skip(self, *signs: str) -> bool:
        if self.token.kind == "sign" and self.token.value in signs:
            self.next()
            return True
        return False

    def expect(self, sign: str) -> None:
        if not self.skip(sign):
            self.fail(f"{sign!r}")

    def fail(self, expected: str) -> None:
        found = "the end" if self.token.kind == "end" else repr(self.token.value or self.token.data.decode("latin-1"))
        text_error(f"expected {expected}, found {found[:60]}", self.token.line, self.where)

    def message(self, closing: str, depth: int) -> tuple[Entry, ...]:
        if depth > _MAX_DEPTH:
            text_error("nested too deeply", self.token.line, self.where)
        entries: list[Entry] = []
        while not self.skip(closing) if closing else self.token.kind != "end":
            entries.extend(self.entry(depth))
            self.skip(",", ";")
        return tuple(entries)

    def entry(self, depth: int) -> list[Entry]:
        line, name = self.token.line, self.name()
        has_colon = self.skip(":")
        if not self.skip("["):
            return [Entry(name, line, self.value(has_colon, depth))]
        entries: list[Entry] = []
        while not self.skip("]"):
            entries.append(Entry(name, self.token.line, self.value(has_colon, depth)))
            if not self.skip(","):
                self.expect("]")
                break
        return entries

    def name(self) -> str:
        if self.token.kind == "word":
            return self.next().value
        if not self.skip("["):
            self.fail("a field")
        parts: list[str] = []
        while not self.skip("]"):
            if self.token.kind in ("end", "text"):
                self.fail("']'")
            parts.append(self.next().value)
        return "[" + "".join(parts) + "]"

    def value(self, has_colon: bool, depth: int) -> Scalar | tuple[Entry, ...]:
        for opening, closing in _CLOSING.items():
            if self.skip(opening):
                return self.message(closing, depth + 1)
        if not has_colon:
            self.fail("':' or '{'")
        is_negative = self.skip("-")
        if self.token.kind not in ("word", "number") and (is_negative or self.token.kind != "text"):
            self.fail("a value")
        return Scalar(self.next(), is_negative)
