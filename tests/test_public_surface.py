"""The public names: complete, documented, lazily loaded, and no signature changes by chance."""

from __future__ import annotations

import ast
import inspect
import os
import re
import subprocess
import sys
from functools import cached_property
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest

import penstock

GOLDEN = Path(__file__).parent / "golden" / "public_surface.txt"
ROOMS = ("stages", "testing")
NAMES = [name for name in penstock.__all__ if name not in ROOMS]

HEAVY = ("numpy", "sqlalchemy", "alembic", "duckdb", "pyarrow", "pandas", "polars", "sklearn", "xgboost")
STANDARD_LIBRARY_ONLY = (
    "penstock",
    "penstock.engine.authoring",
    "penstock.engine.config",
    "penstock.engine.source",
    "penstock.engine.store",
    "penstock.engine.runtime",
    "penstock.engine.runtime.worker",
    "penstock.stages",
    "penstock.workspace",
)


def test_all_is_sorted_and_complete() -> None:
    assert penstock.__all__ == sorted(penstock.__all__)
    assert dir(penstock) == penstock.__all__
    assert [name for name in penstock.__all__ if not hasattr(penstock, name)] == []


def test_type_checkers_see_the_same_names() -> None:
    tree = ast.parse(inspect.getsource(penstock))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    seen = [alias.name for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names]
    assert sorted(seen) == penstock.__all__


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = penstock.nothing


@pytest.mark.parametrize("name", ROOMS)
def test_rooms_are_modules(name: str) -> None:
    assert getattr(penstock, name).__name__ == f"penstock.{name}"


@pytest.mark.parametrize("name", NAMES)
def test_is_documented_in_numpy_style(name: str) -> None:
    for label, member in members(name):
        assert inspect.getdoc(member), f"{label} has no docstring"
    doc = inspect.getdoc(getattr(penstock, name)) or ""
    undocumented = [given for given in parameters(getattr(penstock, name)) if not mentions(doc, given)]
    assert undocumented == [], f"{name} does not document {undocumented} under Parameters"


def test_signatures_are_those_of_the_snapshot() -> None:
    lines = [f"{label}{signature(member)}" for name in NAMES for label, member in members(name)]
    text = "\n".join(lines) + "\n"
    if os.environ.get("PENSTOCK_TEST_UPDATE"):
        GOLDEN.write_text(text)
    assert text == GOLDEN.read_text(), (
        "meant? PENSTOCK_TEST_UPDATE=1 pytest tests/test_public_surface.py, and CHANGELOG"
    )


@pytest.mark.parametrize("module", STANDARD_LIBRARY_ONLY)
def test_the_run_path_starts_with_the_standard_library(module: str) -> None:
    assert foreign_modules_of(f"import {module}") == []


def test_naming_the_authoring_surface_stays_light() -> None:
    names = "step, pipeline, when, otherwise, run, resume, package, Workspace, Metrics, File, Report, stages"
    assert foreign_modules_of(f"from penstock import {names}") == []


@pytest.mark.parametrize("name", NAMES)
def test_no_public_name_pulls_in_more_than_it_is(name: str) -> None:
    heavy = [found for found in foreign_modules_of(f"from penstock import {name}") if found in HEAVY]
    assert heavy == []


def foreign_modules_of(statement: str) -> list[str]:
    """Top-level modules beyond the standard library that a statement loads in a fresh interpreter."""
    code = f"import sys; before = set(sys.modules); {statement}; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    tops = {name.partition(".")[0] for name in done.stdout.split()}
    return sorted(tops - set(sys.stdlib_module_names) - {"penstock"})


def members(name: str) -> list[tuple[str, Any]]:
    """A public name and, for a class, its public methods."""
    found = getattr(penstock, name)
    if not inspect.isclass(found):
        return [(name, found)]
    own = [
        (f"{name}.{attribute}", value.__func__ if isinstance(value, (classmethod, staticmethod)) else value)
        for attribute, value in sorted(vars(found).items())
        if not attribute.startswith("_") and isinstance(value, DOCUMENTED)
    ]
    return [(name, found), *own]


DOCUMENTED = (FunctionType, classmethod, staticmethod, property, cached_property)


def parameters(member: Any) -> list[str]:
    given = inspect.signature(member).parameters.values()
    return [parameter.name for parameter in given if parameter.kind is not parameter.VAR_KEYWORD]


def signature(member: Any) -> str:
    return ": property" if isinstance(member, (property, cached_property)) else str(inspect.signature(member))


def mentions(doc: str, parameter: str) -> bool:
    section = re.search(r"^Parameters\n-{10}\n(.*?)(?=^\w[\w ]*\n-{3,}$|\Z)", doc, re.MULTILINE | re.DOTALL)
    return section is not None and re.search(rf"^[\w*, ]*\b{parameter}\b", section[1], re.MULTILINE) is not None
