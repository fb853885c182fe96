"""Trees of maps, lists and scalars that remember where they were written: what every reader of schemas reads from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from penstock.core.error import DataError
from penstock.ml.data.schema.field import unknown_name

_INT64 = range(-(1 << 63), 1 << 63)
_BOOLS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Node:
    """One value of a tree.

    Parameters
    ----------
    value : dict of str to Node, tuple of Node, or a scalar
        Scalars of YAML are kept as the text they were written as; those of JSON and Python as they are.
    where : str
        The file, or what stands for it.
    line : int
        Counted from 1; 0 where there are no lines.
    keys : tuple of str
        Keys on the way from the root.
    resolved : Any
        What the scalar means where nothing tells its type: the number, truth value or None that YAML sees in it.
    """

    value: Any
    where: str
    line: int
    keys: tuple[str, ...]
    resolved: Any = None

    @property
    def place(self) -> str:
        """File, line and keys, for messages."""
        line = f", line {self.line}" if self.line else ""
        return f"{self.where}{line}" + (f": {'.'.join(self.keys)}" if self.keys else "")

    def error(self, what: str, fix: str) -> DataError:
        """An error at this place."""
        return DataError(what, where=self.place, fix=fix)

    def is_map(self) -> bool:
        """Whether it is a map."""
        return isinstance(self.value, dict)

    def is_list(self) -> bool:
        """Whether it is a list."""
        return isinstance(self.value, tuple)

    def map(self) -> Mapping[str, Node]:
        """Its entries."""
        if not isinstance(self.value, dict):
            raise self._wrong("a map", "name: value")
        return self.value

    def list(self) -> tuple[Node, ...]:
        """Its items."""
        if not isinstance(self.value, tuple):
            raise self._wrong("a list", "[a, b]")
        return self.value

    def text(self) -> str:
        """A text; what is not in quotes is taken as it was written, so that ``no`` and ``1.0`` are texts too."""
        if not isinstance(self.value, str):
            raise self._wrong("a text", "it in quotes")
        return self.value

    def bool(self) -> bool:
        """``true`` or ``false``."""
        found = self.value if isinstance(self.value, bool) else _BOOLS.get(str(self.value).lower())
        if found is None:
            raise self._wrong("true or false", "true or false")
        return found

    def int(self) -> int:
        """A whole number of 64 bits."""
        number: int | None = self._number(int)
        if number is None and isinstance(self.resolved, int) and not isinstance(self.resolved, bool):
            number = self.resolved
        if number is None or number not in _INT64:
            raise self._wrong("a whole number of 64 bits", "digits alone")
        return number

    def float(self) -> float:
        """A number; ``.inf``, ``-.inf`` and ``.nan`` as in YAML, ``Infinity`` and ``NaN`` as in JSON."""
        number: float | None = self._number(float)
        if number is None and isinstance(self.resolved, (int, float)) and not isinstance(self.resolved, bool):
            number = float(self.resolved)
        if number is None:
            raise self._wrong("a number", "a number like 0.5")
        return number

    def word(self, words: tuple[str, ...]) -> str:
        """One of some words."""
        text = self.text()
        if text not in words:
            raise unknown_name(text, words, self.place, "word")
        return text

    def plain(self) -> Any:
        """It and everything inside as JSON values."""
        if isinstance(self.value, dict):
            return {key: item.plain() for key, item in self.value.items()}
        if isinstance(self.value, tuple):
            return [item.plain() for item in self.value]
        return self.resolved

    def known(self, names: Mapping[str, Any]) -> Iterator[tuple[str, Node]]:
        """Entries of a map that may have only these keys."""
        for key, item in self.map().items():
            if key not in names:
                raise unknown_name(key, names, item.place)
            yield key, item

    def _number(self, kind: Callable[[Any], Any]) -> Any:
        if isinstance(self.value, bool) or self.value is None:
            return None
        try:
            number = kind(self.value)
        except (ValueError, TypeError, OverflowError):
            return None
        lost = isinstance(self.value, float) and kind is int and number != self.value
        return None if lost else number

    def _wrong(self, expected: str, fix: str) -> DataError:
        shown = "a map" if self.is_map() else "a list" if self.is_list() else repr(self.value)[:80]
        return self.error(f"expected {expected}, not {shown}", f"write {fix}")


def node_of(value: Any, where: str, keys: tuple[str, ...] = ()) -> Node:
    """A tree of JSON or Python values: dictionaries, lists, tuples, texts, numbers, truth values, None.

    Raises
    ------
    DataError
        If there is anything else in it, or a key is no text.
    """
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise DataError(f"the key {key!r} is no text", where=where, fix="use names as keys")
        return Node({key: node_of(item, where, (*keys, key)) for key, item in value.items()}, where, 0, keys)
    if isinstance(value, (list, tuple)):
        return Node(tuple(node_of(item, where, (*keys, str(at))) for at, item in enumerate(value)), where, 0, keys)
    if value is None or isinstance(value, (str, bool, int, float)):
        return Node(value, where, 0, keys, value)
    raise DataError(f"a schema cannot hold {value!r}"[:200], where=where, fix="give texts, numbers, lists and maps")
