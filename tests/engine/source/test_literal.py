"""Tests of `penstock.engine.source.literal`: what is written evaluates to an equal value."""

from __future__ import annotations

import collections
import dataclasses
import datetime
import decimal
import enum
import logging
import math
import pathlib
import re
import sys
import uuid
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.engine.source.literal import MAX_CHARS, NoLiteralError, Writer


class Color(enum.Enum):
    RED = 1


@dataclasses.dataclass(frozen=True)
class Config:
    rate: float
    color: Color = Color.RED


class Pair(NamedTuple):
    left: int
    right: str


NAMES = {"Color": Color, "Config": Config, "Pair": Pair}


def name_class(cls: type) -> str:
    assert NAMES[cls.__name__] is cls
    return cls.__name__


def written(value: Any) -> Any:
    text = Writer(name_class, lambda module: module).write(value)
    modules = {name: sys.modules[name] for name in ("pathlib", "re", "logging", "datetime", "decimal", "uuid")}
    return eval(text, {**NAMES, **modules})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
    max_leaves=20,
)


@given(JSON)
def test_plain_values_come_back(value: Any) -> None:
    found = written(value)
    assert found == value
    assert repr(found) == repr(value)


@pytest.mark.parametrize(
    "value",
    [
        float("inf"),
        -float("inf"),
        -0.0,
        (),
        (1,),
        set(),
        {3, 1, 2},
        frozenset({"a"}),
        ...,
        1 + 2j,
        Color.RED,
        [Color.RED],
        Config(0.5),
        {"a": (Config(1.0), Pair(1, "x"))},
        pathlib.Path("a b/c"),
        re.compile(r"\d+", re.IGNORECASE | re.MULTILINE),
        re.compile(rb"x"),
        logging.getLogger("penstock.test"),
        datetime.datetime(2026, 1, 2, 3, 4, tzinfo=datetime.UTC),
        datetime.date(2026, 1, 2),
        datetime.timedelta(seconds=5),
        decimal.Decimal("1.10"),
        uuid.UUID(int=5),
    ],
    ids=repr,
)
def test_other_values_come_back(value: Any) -> None:
    assert written(value) == value
    assert type(written(value)) is type(value)


def test_nan_comes_back() -> None:
    assert math.isnan(written(float("nan")))


def test_sets_have_one_text() -> None:
    writer = Writer(name_class, lambda module: module)
    assert writer.write({"b", "a", "c"}) == "set(['a', 'b', 'c'])"


def cyclic() -> list[Any]:
    items: list[Any] = []
    items.append(items)
    return items


@pytest.mark.parametrize(
    ("value", "part"),
    [
        (object(), "a builtins.object"),
        ([1, {"a": iter(())}], "a builtins.tuple_iterator"),
        (open, "a builtins.builtin_function_or_method"),
        (collections.Counter("a"), "a collections.Counter"),
        (cyclic(), "contains itself"),
        ("x" * (MAX_CHARS + 1), "characters"),
        ([0] * (MAX_CHARS + 1), "items"),
    ],
)
def test_what_cannot_be_written_is_named(value: Any, part: str) -> None:
    with pytest.raises(NoLiteralError, match=part):
        Writer(name_class, lambda module: module).write(value)
