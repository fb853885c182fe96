from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from strategies import json_values

from penstock.core.error import ParameterError
from penstock.core.graph import Graph, Parameter
from penstock.core.signature import PARAMETER, PATH, PortType
from penstock.engine.runtime.parameters import bind_parameters


def graph(kind: PortType, **default: Any) -> Graph:
    parameter = Parameter("x", kind, default.get("default"), is_required=not default)
    return Graph("p", (parameter, Parameter("rate", PortType(PARAMETER, "float"), 0.5, is_required=False)))


def bound(form: str, value: Any, **flags: Any) -> Any:
    kind = PortType(PATH, "pathlib.Path", **flags) if form == PATH else PortType(PARAMETER, form, **flags)
    return bind_parameters(graph(kind), {"x": value})["x"]


def test_defaults_fill_what_is_not_given() -> None:
    found = graph(PortType(PARAMETER, "int"), default=3)
    assert bind_parameters(found, {}) == {"x": 3, "rate": 0.5}
    assert bind_parameters(found, {"rate": 1, "x": 4}) == {"x": 4, "rate": 1}


@given(json_values)
def test_anything_goes_where_anything_is_asked_for(value: Any) -> None:
    assert bound("Any", value) == value


@pytest.mark.parametrize(
    ("form", "value", "kept"),
    [
        ("int", 3, 3),
        ("list[int]", (1, 2), [1, 2]),
        ("list", [(1,)], [[1]]),
        ("str", Path("a b"), "a b"),
        (PATH, Path("ä"), "ä"),
        (PATH, "a", "a"),
        ("dict[str, float]", {"a": 1}, {"a": 1}),
    ],
)
def test_values_become_plain_json(form: str, value: Any, kept: Any) -> None:
    assert repr(bound(form, value)) == repr(kept)


def test_lists_of_paths_and_nothing() -> None:
    assert bound(PATH, [Path("a"), "b"], is_list=True) == ["a", "b"]
    assert bound(PATH, None, is_optional=True) is None


@pytest.mark.parametrize(
    ("form", "value"),
    [
        ("int", "3"),
        ("int", True),
        ("int", 1.5),
        ("int", None),
        ("str", 3),
        ("list[int]", [1, "2"]),
        ("Literal['a', 'b']", "c"),
        (PATH, 3),
        (PATH, None),
        ("Any", object()),
        ("Any", {1: 2}),
        ("dict", {"a": {1, 2}}),
        ("str", "\udcff"),
    ],
)
def test_wrong_types(form: str, value: Any) -> None:
    with pytest.raises(ParameterError) as caught:
        bound(form, value)
    assert caught.value.what.startswith(f"the parameter 'x' is {value!r} ({type(value).__name__}), but should be")
    assert caught.value.where == "pipeline 'p'"


def test_a_missing_one_says_how_to_give_it() -> None:
    with pytest.raises(ParameterError, match=r"the parameter 'x' \(int\) is missing") as caught:
        bind_parameters(graph(PortType(PARAMETER, "int")), {})
    assert "-p x=VALUE" in caught.value.fix


def test_an_unknown_one_is_told_the_closest() -> None:
    with pytest.raises(ParameterError, match="has no parameter 'rat'; did you mean 'rate'"):
        bind_parameters(graph(PortType(PARAMETER, "int")), {"x": 1, "rat": 2})


@pytest.mark.parametrize("given", [{}, {"x": "trips.csv"}])
def test_an_artifact_cannot_be_given(given: dict[str, Any]) -> None:
    with pytest.raises(ParameterError, match="is Dataset, which only a step can make"):
        bind_parameters(graph(PortType("Dataset", "")), given)


def test_an_optional_artifact_may_be_left_out() -> None:
    found = graph(PortType("Dataset", "", is_optional=True), default=None)
    assert bind_parameters(found, {})["x"] is None
