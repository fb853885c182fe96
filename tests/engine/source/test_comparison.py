"""Tests of `penstock.engine.source.comparison`."""

from __future__ import annotations

from typing import Any

import pytest

from penstock.engine.source.comparison import difference

CASES: list[tuple[dict[str, Any], dict[str, Any], list[str]]] = [
    ({}, {}, []),
    (
        {"symbols": {"clean.py:parse_fare": "function 1"}},
        {"symbols": {"clean.py:parse_fare": "function 2"}},
        ["function `clean.parse_fare` in clean.py changed"],
    ),
    (
        {"symbols": {"settings.py:RATE": "constant 1", "a/b.py:C": "class 1"}},
        {"symbols": {"settings.py:RATE": "constant 2", "src/d/__init__.py:x": "function 1"}},
        [
            "constant `settings.RATE` in settings.py changed",
            "function `d.x` in src/d/__init__.py is new",
            "class `a.b.C` in a/b.py is no longer used",
        ],
    ),
    (
        {"symbols": {"a.py:x": "constant 1"}},
        {"symbols": {"a.py:x": "function 2"}},
        ["function `a.x` in a.py changed"],
    ),
    (
        {"symbols": {"a.py:<import>": "<import> 1", "<inline>:f": "function 1"}},
        {"symbols": {"a.py:<import>": "<import> 2", "<inline>:f": "function 2"}},
        ["function `f` changed", "what the import of a.py does changed"],
    ),
    (
        {"symbols": {"a.py:x": "function 1"}, "modules": {"b.py": "module 1", "c.py": "module 1"}},
        {"symbols": {}, "modules": {"a.py": "module 1", "b.py": "module 2"}},
        [
            "module a.py counts as a whole now",
            "module b.py changed (it counts as a whole)",
            "module c.py no longer counts as a whole",
        ],
    ),
    (
        {"distributions": {"pandas": "2.0", "numpy": "1", "old": "3"}, "python": "3.11"},
        {"distributions": {"pandas": "3.1", "numpy": "1", "new": "1"}, "python": "3.12"},
        ["new 1 is new", "old is no longer used", "pandas 2.0 -> 3.1", "Python 3.11 -> 3.12"],
    ),
    (
        {"step": "pipeline:price", "modules": {"pipeline.py": "module 1"}, "python": "3.11"},
        {"step": "pipeline:tax", "modules": {"pipeline.py": "module 1"}, "python": "3.11"},
        ["the step is another function"],
    ),
    (
        {"distributions": {"cudf": "absent"}},
        {"distributions": {"cudf": "25.1"}},
        ["cudf absent -> 25.1"],
    ),
]


@pytest.mark.parametrize(("old", "new", "sentences"), CASES)
def test_sentences(old: dict[str, Any], new: dict[str, Any], sentences: list[str]) -> None:
    assert difference(old, new) == sentences


@pytest.mark.parametrize("case", CASES)
def test_equal_parts_have_no_difference(case: tuple[dict[str, Any], dict[str, Any], list[str]]) -> None:
    assert difference(case[0], case[0]) == []
