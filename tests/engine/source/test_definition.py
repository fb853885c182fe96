"""Tests of `penstock.engine.source.definition`."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable
from typing import Any
from unittest.mock import MagicMock

from penstock.engine.authoring import step
from penstock.engine.source.definition import class_node, function_node, namespace_of, plain_function


def plain(x: int) -> int:
    return x


@step
def stepped(x: int) -> int:
    return x


@functools.lru_cache
def cached(x: int) -> int:
    return x


class Shape:
    side = 2

    def area(self) -> int:
        return self.side


class Silent:
    only = "data"


def test_the_plain_function_behind_anything() -> None:
    assert plain_function(plain) is plain
    assert plain_function(stepped) is stepped.function
    assert plain_function(cached) is cached.__wrapped__
    for other in (Shape, 5, None, "x", len, MagicMock(), functools.partial(plain, 1)):
        assert plain_function(other) is None


def test_source_of_functions() -> None:
    for value in (plain, stepped, cached, Shape.area):
        function = plain_function(value)
        assert function is not None
        node = function_node(function)
        assert isinstance(node, ast.FunctionDef)
        assert node.name == function.__name__


def test_lambdas_on_one_line_are_told_apart() -> None:
    first, second = lambda x: x + 1, lambda x: x - 1
    texts = [ast.unparse(node) for value in (first, second) if (node := function_node(value)) is not None]  # type: ignore[arg-type]
    assert texts == ["lambda x: x + 1", "lambda x: x - 1"]


def test_source_of_classes() -> None:
    class Inner:
        x = 1

    for cls in (Shape, Silent, Inner):
        node = class_node(cls)
        assert node is not None
        assert node.name == cls.__name__
    assert class_node(int) is None


def test_what_a_function_sees() -> None:
    factor: Any = 3

    def multiply(x: int) -> int:
        return x * int(factor) + later

    names = namespace_of(multiply)  # type: ignore[arg-type]
    assert names["factor"] == 3
    assert names["plain"] is plain
    assert "later" not in names
    later = 1
    assert multiply(2) == 7


def test_an_edited_file_gives_nothing_wrong() -> None:
    names: dict[str, Any] = {}
    exec(compile("def f(): return 1\n", __file__, "exec"), names)
    function: Callable[[], int] = names["f"]
    assert function_node(function) is None  # type: ignore[arg-type]
