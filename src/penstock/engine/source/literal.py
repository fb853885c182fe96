"""Writes live values as Python expressions that give equal values elsewhere."""

from __future__ import annotations

import dataclasses
import enum
import math
import re
from collections.abc import Callable
from pathlib import PurePath
from typing import Any

MAX_CHARS = 1 << 16

_PLAIN = (bool, int, str, bytes, complex, type(None), type(...), type(NotImplemented))
_STDLIB_VALUES = {"datetime", "decimal", "fractions", "uuid"}


class NoLiteralError(Exception):
    """A value that cannot be written down; the message names the part that cannot."""


@dataclasses.dataclass(frozen=True, slots=True)
class Writer:
    """Writes values; classes and modules on the way are asked for by name.

    Parameters
    ----------
    name_class : callable
        Gives the name under which a class can be used.
    name_module : callable
        Gives the name under which a module of the standard library can be used.
    """

    name_class: Callable[[type], str]
    name_module: Callable[[str], str]

    def write(self, value: Any) -> str:
        """Expression for a value.

        Raises
        ------
        NoLiteralError
            If it, or a part of it, is nothing that can be written down, or is too long.
        """
        text = self._write(value, 0)
        if len(text) > MAX_CHARS:
            raise NoLiteralError(f"a value of {len(text)} characters")
        return text

    def _write(self, value: Any, depth: int) -> str:
        if depth > 50:
            raise NoLiteralError("a value that contains itself")
        kind = type(value)
        if kind in _PLAIN:
            return repr(value)
        if kind is float:
            return repr(value) if math.isfinite(value) else f"float('{value}')"
        if kind in (list, tuple, set, frozenset, dict):
            if len(value) > MAX_CHARS:
                raise NoLiteralError(f"a {kind.__name__} of {len(value)} items")
            return self._write_collection(value, depth + 1)
        return self._write_object(value, kind, depth + 1)

    def _write_collection(self, value: Any, depth: int) -> str:
        if isinstance(value, dict):
            pairs = (f"{self._write(key, depth)}: {self._write(item, depth)}" for key, item in value.items())
            return "{" + ", ".join(pairs) + "}"
        items = [self._write(item, depth) for item in value]
        if isinstance(value, set | frozenset):
            # Their order differs from process to process.
            inner = ", ".join(sorted(items))
            return f"{type(value).__name__}([{inner}])"
        inner = ", ".join(items)
        if isinstance(value, list):
            return f"[{inner}]"
        return f"({inner},)" if items else "()"

    def _write_object(self, value: Any, kind: type, depth: int) -> str:
        if isinstance(value, enum.Enum):
            return f"{self.name_class(kind)}[{value.name!r}]"
        if isinstance(value, PurePath):
            return f"{self.name_module('pathlib')}.Path({str(value)!r})"
        if isinstance(value, re.Pattern):
            return f"{self.name_module('re')}.compile({value.pattern!r}, {value.flags & ~re.UNICODE})"
        if kind.__module__ == "logging" and kind.__name__ == "Logger":
            return f"{self.name_module('logging')}.getLogger({value.name!r})"
        if kind.__module__ in _STDLIB_VALUES:
            text = repr(value)
            home = self.name_module(kind.__module__)
            return text if text.startswith(home + ".") else f"{home}.{text}"
        if dataclasses.is_dataclass(value) or hasattr(kind, "_fields"):
            return self._write_record(value, kind, depth)
        raise NoLiteralError(f"a {kind.__module__}.{kind.__qualname__}")

    def _write_record(self, value: Any, kind: type, depth: int) -> str:
        """A dataclass or named tuple by its fields."""
        if dataclasses.is_dataclass(value):
            fields = dataclasses.fields(value)
            if not all(field.init for field in fields):
                raise NoLiteralError(f"a {kind.__qualname__} with fields that its constructor does not take")
            names = [field.name for field in fields]
        else:
            names = list(kind._fields)  # type: ignore[attr-defined]
        given = ", ".join(f"{name}={self._write(getattr(value, name), depth)}" for name in names)
        return f"{self.name_class(kind)}({given})"
