from typing import Any

import pytest

from penstock.apps.cli.parameter import parse_parameters
from penstock.core.error import ParameterError, UsageError
from penstock.core.graph import Parameter
from penstock.core.signature import PortType


def _parse(form: str, text: str, *, kind: str = "Parameter", is_optional: bool = False) -> Any:
    declared = [Parameter("x", PortType(kind, form, is_optional=is_optional))]
    return parse_parameters([f"x={text}"], declared, pipeline="taxi")["x"]


@pytest.mark.parametrize(
    ("form", "text", "value"),
    [
        ("str", "7", "7"),
        ("str", "", ""),
        ("str", "a=b", "a=b"),
        ("str", '"quoted"', '"quoted"'),
        ("str", "true", "true"),
        ("int", "7", 7),
        ("float", "7", 7),
        ("float", "1e-3", 0.001),
        ("bool", "true", True),
        ("bool", "False", False),
        ("list[str]", '["a", "b"]', ["a", "b"]),
        ("dict[str, float]", '{"a": 1.5}', {"a": 1.5}),
        ("int | None", "null", None),
        ("int | None", "None", None),
        ("str | None", "null", None),
        ("str | None", "7", "7"),
        ("int | str", "7", 7),
        ("int | str", "seven", "seven"),
        ("Literal['a', 'b']", "b", "b"),
        ("Literal[1, 2]", "2", 2),
        ("Any", "[1]", [1]),
        ("Any", "text", "text"),
    ],
)
def test_texts_are_read_by_the_declared_type(form: str, text: str, value: Any) -> None:
    found = _parse(form, text)
    assert (found, type(found)) == (value, type(value))


def test_paths_are_strings() -> None:
    assert _parse("pathlib.Path", "data/7", kind="Path") == "data/7"
    assert _parse("int", "null", is_optional=True) is None


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("int", "seven"),
        ("int", "7.5"),
        ("int", "true"),
        ("float", "fast"),
        ("bool", "1"),
        ("list[str]", "a,b"),
        ("list[int]", '["a"]'),
        ("Literal['a', 'b']", "c"),
    ],
)
def test_wrong_types_are_named_with_an_example(form: str, text: str) -> None:
    with pytest.raises(ParameterError) as caught:
        _parse(form, text)
    assert form in caught.value.what
    assert text in caught.value.what
    assert caught.value.fix.startswith("for instance -p x=")


def test_unknown_repeated_and_malformed() -> None:
    declared = [Parameter("source", PortType("Parameter", "str"))]
    with pytest.raises(ParameterError, match="unknown parameter 'souce'; did you mean 'source'"):
        parse_parameters(["souce=a"], declared, pipeline="taxi")
    with pytest.raises(ParameterError, match="given twice"):
        parse_parameters(["source=a", "source=b"], declared, pipeline="taxi")
    with pytest.raises(UsageError, match="'source' has no '='"):
        parse_parameters(["source"], declared, pipeline="taxi")
