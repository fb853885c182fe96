"""What the values under one key of JSON lines have in common: the type that holds all of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pyarrow as pa

from penstock.core.error import DataError
from penstock.ml.data.source.json_line import text_of

MAX_KEYS = 10_000
"""Different keys of one object at most; more are data, not names."""

_MAX_DEPTH = 64
_MAX_DIGITS = 38
_EXACT = 1 << 53
_DATE, _TIMESTAMP, _ZONED = 1, 2, 4
_CLOCK = r"[ T]\d\d:\d\d(:\d\d(\.\d{1,6})?)?"
_TIME = re.compile(rf"\d{{4}}-\d\d-\d\d(?:({_CLOCK})(Z|[+-]\d\d(:?\d\d)?)?)?", re.ASCII)
_WORDS = {bool: "a boolean", int: "a number", float: "a number", str: "a text", list: "an array", dict: "an object"}


class Shape:
    """Grows with every value under one key."""

    __slots__ = ("fields", "first", "item", "largest", "times", "where")

    def __init__(self) -> None:
        self.first: dict[type, int] = {}
        """Line of the first value of each kind."""
        self.where: dict[type, str] = {}
        """File of that line."""
        self.fields: dict[str, Shape] = {}
        self.item: Shape | None = None
        self.largest = 0
        self.times = _DATE | _TIMESTAMP | _ZONED

    def observe(self, value: Any, line: int, path: str, depth: int = 0) -> int:
        """Take a value in; gives the number of keys in it."""
        kind = type(value)
        if value is None:
            return 0
        if kind not in self.first:
            self.first[kind] = line
            self.where[kind] = path
        if kind is str:
            if self.times:
                self.times &= _times(value)
            return 0
        if kind is int:
            self.largest = max(self.largest, abs(value))
            return 0
        if kind is dict:
            return len(value) + sum(
                self.field(key, line, path, depth).observe(item, line, path, depth + 1) for key, item in value.items()
            )
        if kind is list:
            if self.item is None:
                self.item = Shape()
            _check_depth(depth, line, path)
            return sum(self.item.observe(item, line, path, depth + 1) for item in value)
        return 0

    def field(self, key: str, line: int, path: str, depth: int = 0) -> Shape:
        """The shape under a key, new where there was none."""
        found = self.fields.get(key)
        if found is None:
            _check_depth(depth, line, path)
            if len(self.fields) >= MAX_KEYS:
                raise DataError(
                    f"an object has more than {MAX_KEYS} different keys over the file, such as '{key}'",
                    where=f"{path}, line {line}",
                    fix="its keys seem to be data: read it with types={'NAME': 'MAP(VARCHAR, JSON)'} or as VARCHAR",
                )
            found = self.fields[key] = Shape()
        return found

    @property
    def is_text(self) -> bool:
        """Whether values of several kinds can only be kept as text."""
        kinds = set(self.first)
        numbers = kinds & {int, float}
        others = kinds - {int, float}
        if len(others) + bool(numbers) > 1:
            return True
        if len(numbers) == 2:
            return self.largest > _EXACT
        # An object that never has a key has no type of its own.
        return (numbers == {int} and self.largest >= 10**_MAX_DIGITS) or (kinds == {dict} and not self.fields)

    def arrow(self, name: str) -> pa.DataType:
        """The type of the column or field.

        Raises
        ------
        DataError
            If arrays or objects stand under the same key as something else, or names of fields differ by case only.
        """
        kinds = set(self.first)
        if len(kinds) > 1 and kinds & {list, dict}:
            raise self._mixed(name)
        if not kinds or self.is_text:
            return pa.string()
        if kinds == {bool}:
            return pa.bool_()
        if kinds == {int}:
            return pa.int64() if self.largest < 1 << 63 else pa.decimal128(_MAX_DIGITS, 0)
        if kinds == {str}:
            return self._time_type()
        if kinds == {list} and self.item is not None:
            return pa.list_(self.item.arrow(f"{name}[]"))
        if kinds == {dict}:
            self._check_fields(name)
            return pa.struct([pa.field(key, shape.arrow(f"{name}.{key}")) for key, shape in self.fields.items()])
        return pa.float64()

    def converter(self) -> Callable[[Any], Any] | None:
        """What makes Arrow's values of decoded ones; None where they are the same."""
        if self.is_text:
            return None if set(self.first) == {str} else text_of
        if list in self.first and self.item is not None:
            make = self.item.converter()
            return (lambda value: [_made(make, item) for item in value]) if make else None
        makes = {key: make for key, shape in self.fields.items() if (make := shape.converter())}

        def convert(value: Any) -> Any:
            return value | {key: _made(make, value[key]) for key, make in makes.items() if key in value}

        return convert if makes else None

    def _time_type(self) -> pa.DataType:
        if self.times & _DATE:
            return pa.date32()
        if self.times & _TIMESTAMP:
            return pa.timestamp("us")
        return pa.timestamp("us", "UTC") if self.times & _ZONED else pa.string()

    def _mixed(self, name: str) -> DataError:
        (one, first), (other, second) = sorted(self.first.items(), key=lambda pair: pair[1])[:2]
        return DataError(
            f"'{name}' is {_WORDS[one]} in line {first} and {_WORDS[other]} in line {second}",
            where=f"{self.where[other]}, line {second}",
            fix=f"write one kind of value, or read the column as text: types={{'{_top(name)}': 'VARCHAR'}}",
        )

    def _check_fields(self, name: str) -> None:
        seen: dict[str, str] = {}
        for key in self.fields:
            other = seen.setdefault(key.lower(), key)
            if other != key or not key:
                raise DataError(
                    f"'{name}' has the keys '{other}' and '{key}'" if key else f"'{name}' has an empty key",
                    where=self.where[dict],
                    fix=f"rename one, or read the column as text: types={{'{_top(name)}': 'VARCHAR'}}",
                )


def _top(name: str) -> str:
    return name.partition(".")[0].partition("[]")[0]


def _made(make: Callable[[Any], Any], value: Any) -> Any:
    return None if value is None else make(value)


def _check_depth(depth: int, line: int, path: str) -> None:
    if depth > _MAX_DEPTH:
        fix = "read the column as text: types={'NAME': 'VARCHAR'}"
        raise DataError(f"values are nested more than {_MAX_DEPTH} deep", where=f"{path}, line {line}", fix=fix)


def _times(text: str) -> int:
    """Types of time that say the same as the text."""
    if text[4:5] != "-":
        return 0
    match = _TIME.fullmatch(text)
    if match is None:
        return 0
    try:
        datetime.fromisoformat(text)
    except ValueError:
        # Written like a date, and none: 2026-02-30.
        return 0
    if match[1] is None:
        return _DATE | _TIMESTAMP
    return _TIMESTAMP if match[4] is None else _ZONED
