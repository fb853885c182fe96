"""Budgets of STYLE: sizes of modules, functions and classes as ratchets; numbers may fall, never rise."""

from __future__ import annotations

import ast
import io
import sys
import tokenize
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parent.parent / "src" / "penstock"
MODULES = sorted(SOURCE.rglob("*.py"))

# What is measured, rounded up. Lower a number when the measure falls. The law's limits are 150, 400, 600; 10, 40, 80.
MODULE_MEDIAN = 110
MODULE_P90 = 250
MODULE_MAX = 500
FUNCTION_MEDIAN = 8
FUNCTION_P95 = 24
FUNCTION_MAX = 40
PARAMETERS_MAX = 6
METHODS_MAX = 15
COMMENTS_PER_100 = 8

FORBIDDEN_NAMES = {"base", "common", "helpers", "misc", "utils"}
# Decorators of the public API take the whole policy of a step; commands take what a person may type.
MANY_PARAMETERS = {"engine/authoring/step.py": {"step", "options"}}
COMMANDS = "apps/cli/"

Function = ast.FunctionDef | ast.AsyncFunctionDef


def trees() -> Iterator[tuple[str, ast.Module]]:
    for path in MODULES:
        yield path.relative_to(SOURCE).as_posix(), ast.parse(path.read_text())


def functions() -> Iterator[tuple[str, Function]]:
    for name, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, Function):
                yield name, node


def code_lines(function: Function) -> int:
    """Lines from ``def`` to the end, without the docstring."""
    first = function.body[0]
    lines = (function.end_lineno or 0) - function.lineno + 1
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        lines -= (first.end_lineno or 0) - first.lineno + 1
    return lines


def percentile(values: list[int], share: float) -> int:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def worst(found: list[tuple[int, str]], limit: int) -> list[str]:
    return [f"{name}: {size}" for size, name in sorted(found, reverse=True) if size > limit]


def sizes(what: Callable[[Function], int]) -> list[tuple[int, str]]:
    return [(what(node), f"{name}:{node.lineno} {node.name}") for name, node in functions()]


def test_modules() -> None:
    found = [(len(path.read_text().splitlines()), str(path.relative_to(SOURCE))) for path in MODULES]
    lines = [size for size, name in found if size > 1 or not name.endswith("__init__.py")]
    print(f"modules: {len(lines)}, median {percentile(lines, 0.5)}, p90 {percentile(lines, 0.9)}, max {max(lines)}")
    assert worst(found, MODULE_MAX) == []
    assert percentile(lines, 0.9) <= MODULE_P90
    assert percentile(lines, 0.5) <= MODULE_MEDIAN


def test_functions() -> None:
    found = sizes(code_lines)
    lines = [size for size, _ in found]
    print(f"functions: {len(lines)}, median {percentile(lines, 0.5)}, p95 {percentile(lines, 0.95)}, max {max(lines)}")
    assert worst(found, FUNCTION_MAX) == []
    assert percentile(lines, 0.95) <= FUNCTION_P95
    assert percentile(lines, 0.5) <= FUNCTION_MEDIAN


def parameters(function: Function) -> int:
    given = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return len([arg for arg in given if arg.arg not in ("self", "cls")])


def test_parameters() -> None:
    found = [
        (parameters(node), f"{name}:{node.lineno} {node.name}")
        for name, node in functions()
        if node.name not in MANY_PARAMETERS.get(name, set()) and not name.startswith(COMMANDS)
    ]
    assert worst(found, PARAMETERS_MAX) == []


def test_public_methods() -> None:
    found = []
    for name, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                methods = [part for part in node.body if isinstance(part, Function) and not part.name.startswith("_")]
                found.append((len(methods), f"{name} {node.name}"))
    assert worst(found, METHODS_MAX) == []


def test_file_names_say_what_is_inside() -> None:
    found = [*MODULES, *SOURCE.parent.parent.joinpath("tests").rglob("*.py")]
    assert [str(path) for path in found if path.stem.removeprefix("test_") in FORBIDDEN_NAMES] == []


def test_comments_are_few() -> None:
    comments = code = 0
    for path in MODULES:
        for token in tokenize.generate_tokens(io.StringIO(path.read_text()).readline):
            comments += token.type == tokenize.COMMENT
            code += token.type == tokenize.NEWLINE
    print(f"comments: {100 * comments / code:.1f} per 100 statements")
    assert 100 * comments / code <= COMMENTS_PER_100


def test_core_imports_only_the_standard_library() -> None:
    foreign = []
    for name, tree in trees():
        if name.startswith("core/"):
            for node in ast.walk(tree):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                foreign += [f"{name}: {found}" for found in names if not _is_core_or_standard(found)]
    assert foreign == []


def _is_core_or_standard(module: str) -> bool:
    return module.partition(".")[0] in sys.stdlib_module_names or module.startswith("penstock.core")


@pytest.mark.parametrize("path", [path for path in MODULES if path.name == "__init__.py"], ids=str)
def test_a_room_says_in_one_sentence_what_it_does(path: Path) -> None:
    doc = ast.get_docstring(ast.parse(path.read_text())) or ""
    assert doc.partition("\n")[0].endswith("."), "the first line of the docstring is one sentence"
