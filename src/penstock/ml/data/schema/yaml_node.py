"""YAML as a tree that knows its lines: no tags, no anchors, no key twice, nothing that could run code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NoReturn

import yaml

from penstock.core.error import DataError
from penstock.ml.data.schema.node import Node

# The parser in C where PyYAML has it; both give the same events.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_RESOLVER: Any = yaml.SafeLoader("")
_TAG = "tag:yaml.org,2002:"
_NUMBERS: dict[str, Any] = {
    _TAG + "int": _RESOLVER.construct_yaml_int,
    _TAG + "float": _RESOLVER.construct_yaml_float,
    _TAG + "bool": _RESOLVER.construct_yaml_bool,
}
_MAX_DEPTH = 100


def read_yaml(text: str, where: str) -> Node:
    """The tree of a YAML document; an empty document is an empty map.

    Raises
    ------
    DataError
        With file and line: no YAML, more than one document, a key twice, a key that is no text, a tag (as
        ``!!python/object``), an anchor, or deeper than 100 levels.
    """
    try:
        return _Reader(yaml.parse(text, Loader=_Loader), where).document()
    except yaml.YAMLError as error:
        raise DataError(
            f"no YAML: {_problem(error)}", where=where, fix="correct the indentation, quotes or brackets there"
        ) from error


def _problem(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or " ".join(str(error).split())
    return f"{problem} (line {mark.line + 1}, column {mark.column + 1})" if mark else problem


class _Reader:
    """Builds the tree from the parser's events, as PyYAML's own composer has no limit of depth."""

    def __init__(self, events: Iterator[Any], where: str) -> None:
        self.events = events
        self.where = where

    def document(self) -> Node:
        next(self.events)
        event = next(self.events)
        if isinstance(event, yaml.StreamEndEvent):
            return Node({}, self.where, 1, ())
        root = self.node(next(self.events), ())
        next(self.events)
        event = next(self.events)
        if not isinstance(event, yaml.StreamEndEvent):
            self.fail("a second document begins", event, "keep one document")
        return Node({}, self.where, 1, ()) if root.value is None else root

    def node(self, event: Any, keys: tuple[str, ...]) -> Node:
        # Aliases can make a short text enormous, and a tree in which one place stands for many cannot be edited.
        if event.anchor is not None:
            self.fail(f"anchors and aliases are not read: {event.anchor!r}", event, "write it out, or put it in quotes")
        if event.tag is not None:
            self.fail(f"the tag {event.tag!r} is not read", event, "remove the tag")
        if len(keys) > _MAX_DEPTH:
            self.fail("nested too deeply", event, "use fewer levels")
        line = event.start_mark.line + 1
        if isinstance(event, yaml.MappingStartEvent):
            return Node(self.entries(keys), self.where, line, keys)
        if isinstance(event, yaml.SequenceStartEvent):
            return Node(tuple(self.items(keys)), self.where, line, keys)
        return self.scalar(event, line, keys)

    def items(self, keys: tuple[str, ...]) -> Iterator[Node]:
        at = 0
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            yield self.node(event, (*keys, str(at)))
            at += 1

    def entries(self, keys: tuple[str, ...]) -> dict[str, Node]:
        entries: dict[str, Node] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                self.fail("a key is a list, a map or an alias", event, "use names as keys")
            key = event.value
            if key in entries:
                mark: Any = event.start_mark
                raise DataError(
                    f"the key {key!r} stands twice in {'.'.join(keys) or 'the document'}",
                    where=f"{self.where}, line {mark.line + 1} (first in line {entries[key].line})",
                    fix="keep one of them",
                )
            self.node(event, keys)
            entries[key] = self.node(next(self.events), (*keys, key))
        return entries

    def scalar(self, event: Any, line: int, keys: tuple[str, ...]) -> Node:
        is_plain = event.implicit[0]
        tag = _RESOLVER.resolve(yaml.ScalarNode, event.value, (True, False)) if is_plain else ""
        if tag == _TAG + "null":
            return Node(None, self.where, line, keys)
        resolved: Any = event.value
        if tag in _NUMBERS:
            try:
                resolved = _NUMBERS[tag](yaml.ScalarNode(tag, event.value))
            except ValueError:  # 0x without digits and the like: a text after all
                resolved = event.value
        return Node(event.value, self.where, line, keys, resolved)

    def fail(self, what: str, event: Any, fix: str) -> NoReturn:
        raise DataError(what, where=f"{self.where}, line {event.start_mark.line + 1}", fix=fix)
