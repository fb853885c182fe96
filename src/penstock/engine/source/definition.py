"""Finds the syntax tree of a live function or class, also of a notebook cell."""

from __future__ import annotations

import ast
import linecache
import os
import sys
from functools import lru_cache
from types import CodeType, FunctionType
from typing import Any

FunctionLike = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def plain_function(value: Any) -> FunctionType | None:
    """The function behind a step, a wrapper made with ``functools.wraps``, or the function itself."""
    for _ in range(100):
        if isinstance(value, FunctionType) and not hasattr(value, "__wrapped__"):
            return value
        inner = getattr(value, "function", None) if is_own(value) else None
        if inner is None:
            # Anything may answer any attribute (mocks, lazy modules): look only where a wrapper writes it.
            inner = getattr(value, "__dict__", {}).get("__wrapped__") if not isinstance(value, type) else None
        if inner is None:
            return value if isinstance(value, FunctionType) else None
        value = inner
    return None


def is_own(value: Any) -> bool:
    """Whether an object's class is Penstock's."""
    return type(value).__module__.partition(".")[0] == "penstock"


def function_node(function: FunctionType) -> FunctionLike | None:
    """A fresh tree of a function's definition, None where its source cannot be had.

    The source must be the one the function was compiled from: a file that was edited since may give none.
    """
    code = function.__code__
    tree = _tree(code.co_filename, _lines(code.co_filename, function.__globals__))
    if tree is None:
        return None
    found = [node for node in ast.walk(tree) if isinstance(node, FunctionLike) and _is_at(node, code)]
    if len(found) > 1:
        found = [node for node in found if _compiles_to(node, code)]
    return _copy(found[0]) if found else None


def class_node(cls: type) -> ast.ClassDef | None:
    """A fresh tree of a class's definition, None where its source cannot be had."""
    for file, text in _class_texts(cls):
        tree = _tree(file, text)
        found = None if tree is None else _class_in(tree, cls.__qualname__)
        if found is not None:
            copy: ast.ClassDef = _copy(found)
            return copy
    return None


def namespace_of(value: FunctionType | type) -> dict[str, Any]:
    """The names that a function's or class's code sees: globals of its module, then what it closes over."""
    functions = [value] if isinstance(value, FunctionType) else _methods(value)
    names: dict[str, Any] = dict(vars(sys.modules[value.__module__])) if value.__module__ in sys.modules else {}
    for function in functions:
        names.update(function.__globals__)
    for function in functions:
        for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=False):
            try:
                names[name] = cell.cell_contents
            except ValueError:
                # Not assigned yet: a name that the code may never come to use.
                continue
    return names


def _copy(node: Any) -> Any:
    """A copy of a tree that may be changed."""
    text = ast.unparse(node)
    statement = ast.parse(text).body[0]
    return statement.value if isinstance(node, ast.Lambda) and isinstance(statement, ast.Expr) else statement


def _lines(file: str, names: dict[str, Any]) -> str:
    return "".join(linecache.getlines(file, names))


@lru_cache(maxsize=256)
def _tree(file: str, text: str) -> ast.Module | None:
    try:
        return ast.parse(text, file) if text else None
    except SyntaxError:
        return None


def _is_at(node: FunctionLike, code: CodeType) -> bool:
    if isinstance(node, ast.Lambda):
        return code.co_name == "<lambda>" and node.lineno == code.co_firstlineno
    first = min([node.lineno, *(mark.lineno for mark in node.decorator_list)])
    return node.name == code.co_name and code.co_firstlineno in (first, node.lineno)


def _compiles_to(node: FunctionLike, code: CodeType) -> bool:
    """Whether a definition gives that code; tells lambdas on one line from each other."""
    for part in compile(ast.unparse(node), "", "exec", dont_inherit=True).co_consts:
        if isinstance(part, CodeType) and part.co_name == code.co_name:
            parts = ("co_code", "co_names", "co_consts", "co_varnames")
            return all(getattr(part, name) == getattr(code, name) for name in parts)
    return False


def _methods(cls: type) -> list[FunctionType]:
    """Functions that the body of a class defines."""
    found = []
    for value in vars(cls).values():
        inner = getattr(value, "__func__", None) or getattr(value, "fget", None) or value
        function = plain_function(inner)
        if function is not None and function.__qualname__.startswith(cls.__qualname__ + "."):
            found.append(function)
    return found


def _class_texts(cls: type) -> list[tuple[str, str]]:
    """Texts that may define a class, likeliest first: its methods' files, its module's, cells from the newest on."""
    files = [function.__code__.co_filename for function in _methods(cls)]
    module = sys.modules.get(cls.__module__)
    own = getattr(module, "__file__", None)
    if own:
        files.append(own)
    else:
        files += [name for name in reversed(list(linecache.cache)) if not os.path.exists(name)]
    names = {} if module is None else vars(module)
    return [(file, _lines(file, names)) for file in dict.fromkeys(files)]


def _class_in(tree: ast.Module, qualname: str) -> ast.ClassDef | None:
    """The last definition of a class by its qualified name."""
    body: list[ast.stmt] = tree.body
    found: ast.AST | None = None
    for name in qualname.replace(".<locals>", "").split("."):
        matches = [node for part in body for node in _definitions(part) if node.name == name]
        if not matches:
            return None
        found = matches[-1]
        body = matches[-1].body
    return found if isinstance(found, ast.ClassDef) else None


def _definitions(statement: ast.stmt) -> list[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    """Definitions in a statement, those in branches and loops too, but not those inside of other definitions."""
    if isinstance(statement, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return [statement]
    parts = [part for part in ast.iter_child_nodes(statement) if isinstance(part, ast.stmt | ast.excepthandler)]
    found = []
    for part in parts:
        found += _definitions(part)  # type: ignore[arg-type]
    return found
