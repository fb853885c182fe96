from __future__ import annotations

import json
import math
from enum import IntEnum
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from strategies import json_values

from penstock.core.canonical import canonical_json
from penstock.core.error import GraphError
from penstock.core.signature import PARAMETER, PATH, PortType
from penstock.engine.authoring.constant import json_constant

ANY = PortType(PARAMETER, "Any")
ONE_PATH = PortType(PATH, "pathlib.Path")
PATHS = PortType(PATH, "pathlib.Path", is_list=True)
TABLE = PortType("Dataset", "pyarrow.lib.Table")


class Level(IntEnum):
    HIGH = 3


def constant(value: Any, kind: PortType = ANY) -> Any:
    return json_constant(value, kind, "x", "pipeline 'p'")


@given(json_values)
def test_what_is_kept_is_what_its_json_gives_back(value: Any) -> None:
    kept = constant(value)
    assert kept == json.loads(canonical_json(kept)) == value


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ((1, (2, 3)), [1, [2, 3]]),
        ({"a": (1,)}, {"a": [1]}),
        (Level.HIGH, 3),
        (np.float64(0.5), 0.5),
    ],
)
def test_subclasses_and_tuples_become_plain_json(value: Any, kept: Any) -> None:
    found = constant(value)
    assert found == kept
    assert type(found) is type(kept)
    assert canonical_json(found) == canonical_json(kept)


def test_ints_stay_ints_and_infinity_stays() -> None:
    assert repr(constant([1, 2.0, math.inf])) == "[1, 2.0, inf]"


@pytest.mark.parametrize(
    "value", [object(), {1, 2}, b"x", {1: "a"}, {"a": {2: 3}}, [{None: 1}], np.int64(3), "\ud800", lambda: 1]
)
def test_what_is_no_json_is_refused(value: Any) -> None:
    with pytest.raises(GraphError, match=r"the value of 'x' is .*, which is no JSON value") as caught:
        constant(value)
    assert caught.value.where == "pipeline 'p'"


def test_a_list_that_contains_itself() -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises(GraphError, match="no JSON value"):
        constant(value)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (PortType(PARAMETER, "int"), 3),
        (PortType(PARAMETER, "float"), 3),
        (PortType(PARAMETER, "int | None", is_optional=True), None),
        (PortType(PARAMETER, "list[str]"), ["a"]),
        (PortType("Dataset", "x.Y", is_optional=True), None),
        (PortType(PATH, "pathlib.Path", is_optional=True), None),
    ],
)
def test_values_of_the_right_type(kind: PortType, value: Any) -> None:
    assert constant(value, kind) == value


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (PortType(PARAMETER, "int"), True),
        (PortType(PARAMETER, "int"), 1.5),
        (PortType(PARAMETER, "int"), None),
        (PortType(PARAMETER, "list[str]"), ["a", 1]),
        (PortType(PARAMETER, "Literal['a', 'b']"), "c"),
        (ONE_PATH, 3),
        (ONE_PATH, None),
        (ONE_PATH, ["a"]),
        (PATHS, "a"),
        (TABLE, None),
        (TABLE, "trips.csv"),
    ],
)
def test_values_of_another_type_are_refused(kind: PortType, value: Any) -> None:
    with pytest.raises(GraphError) as caught:
        constant(value, kind)
    assert caught.value.what == f"the value of 'x' is {value!r}, which is not {kind}"


def test_paths_become_text() -> None:
    assert constant(Path("a/b c"), ONE_PATH) == "a/b c"
    assert constant("a/b c", ONE_PATH) == "a/b c"
    assert constant([Path("a"), "ä"], PATHS) == ["a", "ä"]


def test_an_artifact_is_what_a_step_returned() -> None:
    with pytest.raises(GraphError) as caught:
        constant(3, TABLE)
    assert caught.value.fix == "give it what a step returned"
