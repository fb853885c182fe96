"""The error tree: drawn, built and passed on with what, where and fix."""

from __future__ import annotations

import ast
import builtins
import pickle
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.core import error as module
from penstock.core.error import PenstockError, StepError, closest, error_class

CLASSES = [found for found in vars(module).values() if isinstance(found, type) and issubclass(found, PenstockError)]


def drawn() -> Iterator[tuple[str, str, str]]:
    """(class, parent, builtin) of every line of the tree in the docstring."""
    path = ["PenstockError"]
    for line in (module.__doc__ or "").splitlines():
        found = re.match(r"^    (?P<bars>[│├└─ ]+)(?P<name>[A-Z]\w+Error)\s*(?P<builtin>[A-Z]\w+Error)?", line)
        if found:
            depth = (len(found["bars"]) + 3) // 4
            path[depth:] = [found["name"]]
            yield found["name"], path[depth - 1], found["builtin"] or ""


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    assert [name for name, _, _ in drawn()] == [found.__name__ for found in CLASSES if found is not PenstockError]
    for name, parent, builtin in drawn():
        bases = [base.__name__ for base in getattr(module, name).__bases__]
        assert bases == [parent, *([builtin] if builtin else [])], name


@pytest.mark.parametrize("found", CLASSES)
class TestEveryClass:
    def test_is_built_with_all_three(self, found: type[PenstockError]) -> None:
        error = found("it broke", where="step 'train'", fix="mend it")
        assert (error.what, error.where, error.fix) == ("it broke", "step 'train'", "mend it")
        assert str(error).splitlines() == ["it broke", "  where: step 'train'", "  fix:   mend it"]

    @pytest.mark.parametrize("given", [{}, {"where": "here"}, {"fix": "mend it"}])
    def test_cannot_be_built_without(self, found: type[PenstockError], given: dict[str, str]) -> None:
        with pytest.raises(TypeError):
            found("it broke", **given)  # type: ignore[arg-type]

    def test_is_caught_as_a_builtin(self, found: type[PenstockError]) -> None:
        if found is PenstockError:
            return
        expected = {base for base in found.__mro__ if vars(builtins).get(base.__name__) is base}
        assert expected - {object, Exception, BaseException}

    def test_crosses_a_process_border(self, found: type[PenstockError]) -> None:
        copy = pickle.loads(pickle.dumps(found("it broke", where="here", fix="mend it")))
        assert (type(copy), copy.what, copy.where, copy.fix) == (found, "it broke", "here", "mend it")

    def test_is_found_by_name(self, found: type[PenstockError]) -> None:
        assert error_class(found.__name__) is found


def test_an_unknown_name_is_a_failed_step() -> None:
    assert error_class("ValueError") is StepError
    assert error_class("closest") is StepError


def test_closest_shortens_long_lists() -> None:
    text = closest("n5x", [f"n{index}" for index in range(30)])
    assert "(30 in all)" in text
    assert text.count("n") < 40


def raised(root: Path) -> Iterator[tuple[Path, ast.Call]]:
    names = {found.__name__ for found in CLASSES}
    for path in sorted(root.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
                yield path, node


def test_every_error_in_the_source_is_given_all_three(repository: Path) -> None:
    calls = list(raised(repository / "src"))
    assert len(calls) > 20
    short = [f"{path}:{call.lineno}" for path, call in calls if not {"where", "fix"} <= _keywords(call)]
    assert short == []


def _keywords(call: ast.Call) -> set[str]:
    given = {keyword.arg or "**" for keyword in call.keywords}
    return {"where", "fix"} if "**" in given else given
