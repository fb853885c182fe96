from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from strategies import json_values, port_types

from penstock.core.signature import PortType, fits, item_form, json_fits, value_fits

ATOMS = ["str", "int", "float", "bool", "None"]
FORMS = [*ATOMS, "Any", "list[int]", "list[float]", "dict[str, int]", "int | None", "Literal['a', 'b']"]


@given(port_types)
def test_json_round_trip(kind: PortType) -> None:
    assert PortType.from_json(kind.to_json()) == kind


@pytest.mark.parametrize("form", FORMS)
def test_every_type_takes_itself_and_anything(form: str) -> None:
    assert json_fits(form, form)
    assert json_fits("Any", form)
    assert json_fits(form, "Any")


@pytest.mark.parametrize("source", ATOMS)
@pytest.mark.parametrize("target", ATOMS)
def test_only_int_goes_where_another_atom_is_asked_for(target: str, source: str) -> None:
    assert json_fits(target, source) is (target == source or (target, source) == ("float", "int"))


@pytest.mark.parametrize(
    ("target", "source", "expected"),
    [
        ("list[float]", "list[int]", True),
        ("list[int]", "list[float]", False),
        ("list", "list[int]", True),
        ("list[int]", "list", True),
        ("list[int]", "int", False),
        ("dict[str, float]", "dict[str, int]", True),
        ("dict[str, int]", "dict[str, str]", False),
        ("int | None", "int", True),
        ("int", "int | None", False),
        ("int | str", "str | int", True),
        ("str", "Literal['a', 'b']", True),
        ("int", "Literal['a', 'b']", False),
        ("Literal['a', 'b']", "Literal['a']", True),
        ("Literal['a']", "Literal['a', 'b']", False),
        ("Literal['a']", "str", True),
        ("list[dict[str, float]]", "list[dict[str, int]]", True),
    ],
)
def test_json_types(target: str, source: str, expected: bool) -> None:
    assert json_fits(target, source) is expected


@pytest.mark.parametrize(
    ("form", "good", "bad"),
    [
        ("int", [0, -3], [True, 1.0, "1", None]),
        ("float", [0.5, 3], [True, "1", None]),
        ("str", ["", "a"], [1, None]),
        ("bool", [True, False], [0, 1, "true"]),
        ("None", [None], [0, False, ""]),
        ("list", [[], [1, "a"]], [{}, "ab", None]),
        ("list[int]", [[], [1, 2]], [[1.5], [True], ["a"], 1]),
        ("dict[str, float]", [{}, {"a": 1}], [{"a": "b"}, []]),
        ("float | None", [None, 1, 1.5], ["", True]),
        ("Literal['a', 1]", ["a", 1], ["b", 1.0, True]),
        ("Literal[True]", [True], [1, False]),
        ("list[list[int] | None]", [[None, [1]]], [[["a"]]]),
    ],
)
def test_values(form: str, good: list[Any], bad: list[Any]) -> None:
    assert [value for value in good if not value_fits(form, value)] == []
    assert [value for value in bad if value_fits(form, value)] == []


@given(json_values)
def test_anything_takes_every_value(value: Any) -> None:
    assert value_fits("Any", value)
    assert value_fits("Any | None", value)


def test_forms_of_artifacts_do_not_matter_but_kinds_and_lists_do() -> None:
    table, frame = PortType("Dataset", "pyarrow.lib.Table"), PortType("Dataset", "pandas.DataFrame")
    assert fits(table, frame)
    assert not fits(table, PortType("Model", "pyarrow.lib.Table"))
    assert not fits(table, frame.listed())
    assert fits(table.listed(), frame.listed())
    assert not fits(table, PortType("Parameter", "str"))
    assert not fits(PortType("Parameter", "str"), table)


def test_a_path_takes_artifacts_and_texts() -> None:
    path = PortType("Path")
    assert fits(path, PortType("Dataset", "pyarrow.lib.Table"))
    assert fits(path, PortType("Parameter", "str"))
    assert fits(path, PortType("Parameter", "str | None"))
    assert not fits(path, PortType("Parameter", "int"))
    assert not fits(path, PortType("Dataset", "pyarrow.lib.Table").listed())
    assert not fits(path, PortType("Parameter", "list[str]"))


def test_paths_take_lists_of_artifacts_and_of_texts() -> None:
    paths = PortType("Path", is_list=True)
    assert fits(paths, PortType("Parameter", "list[str]"))
    assert fits(paths, PortType("Dataset", "pyarrow.lib.Table").listed())
    assert not fits(paths, PortType("Parameter", "str"))
    assert not fits(paths, PortType("Dataset", "pyarrow.lib.Table"))


def test_an_optional_artifact_goes_only_where_none_may_come() -> None:
    table, optional = PortType("Dataset", "x.Y"), PortType("Dataset", "x.Y", is_optional=True)
    assert not fits(table, optional)
    assert fits(optional, table)
    assert fits(optional, optional)


@pytest.mark.parametrize(
    ("form", "item"),
    [
        ("list[int]", "int"),
        ("list", "Any"),
        ("Any", "Any"),
        ("list[int | None] | None", "int | None"),
        ("str | list[str]", "str"),
        ("list[int] | list[str]", "int | str"),
        ("list[dict[str, int]]", "dict[str, int]"),
        ("int", ""),
        ("dict[str, int]", ""),
        ("None", ""),
    ],
)
def test_items_of_a_list(form: str, item: str) -> None:
    assert item_form(form) == item


def test_text_for_people() -> None:
    table = PortType("Dataset", "pyarrow.lib.Table")
    assert str(table) == "Dataset as Table"
    assert str(table.listed()) == "list of Dataset as Table"
    assert str(PortType("Parameter", "int").listed()) == "list[int]"
    assert str(PortType("Model", "", is_optional=True)) == "Model or None"
    assert str(PortType("Parameter", "int | None", is_optional=True)) == "int | None"
