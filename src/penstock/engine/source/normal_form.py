"""Syntax trees without what cannot change a result: comments, formatting, docstrings, idle annotations.

Annotations of parameters and results count only where something reads them at run time: in decorated functions
(``functools.singledispatch``, for instance), in methods of decorated classes, and for the step itself. Annotations
in class bodies always count (dataclasses, named tuples); those of local and module variables never do.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


def strip(tree: ast.Module) -> None:
    """Remove docstrings and idle annotations in place.

    Annotations of functions at the top level stay: `summary` keeps them apart.
    """
    _drop_docstring(tree)
    for node in tree.body:
        _strip_body(node, is_top=True)


def strip_function(node: ast.stmt | ast.expr) -> None:
    """Remove docstrings and idle annotations of one definition in place, those of a step's signature too."""
    _strip_body(node)


def fingerprint(nodes: Iterable[ast.AST]) -> str:
    """Twelve hexadecimal digits for the stripped nodes; equal for equal code."""
    parts: list[str] = []
    for node in nodes:
        _dump(node, parts)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def signature_annotations(node: FunctionNode) -> list[ast.expr]:
    """Annotations of the parameters, in order, and of the result."""
    found = [arg.annotation for arg in _arguments(node.args) if arg.annotation is not None]
    return [*found, *([node.returns] if node.returns is not None else [])]


def drop_signature_annotations(node: FunctionNode) -> None:
    """Remove the annotations of the parameters and the result in place."""
    for arg in _arguments(node.args):
        arg.annotation = None
    node.returns = None


def _arguments(args: ast.arguments) -> list[ast.arg]:
    single = [arg for arg in (args.vararg, args.kwarg) if arg is not None]
    return [*args.posonlyargs, *args.args, *args.kwonlyargs, *single]


def _strip_body(node: ast.AST, *, is_top: bool = False, is_read: bool = False) -> None:
    """Strip what is below a node; ``is_read``: it lies in the body of a decorated class."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        _drop_docstring(node)
        if not (is_top or is_read or node.decorator_list):
            drop_signature_annotations(node)
        is_read = False
        for local in ast.walk(node):
            if isinstance(local, ast.AnnAssign):
                local.annotation = ast.Constant(None)
    elif isinstance(node, ast.ClassDef):
        _drop_docstring(node)
        is_read = bool(node.decorator_list)
    elif is_top and isinstance(node, ast.AnnAssign):
        node.annotation = ast.Constant(None)
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt | ast.excepthandler | ast.match_case):
            _strip_body(child, is_top=is_top and _is_block(node), is_read=is_read and _is_scope(node))


def _is_block(node: ast.AST) -> bool:
    return isinstance(node, ast.If | ast.Try | ast.excepthandler)


def _is_scope(node: ast.AST) -> bool:
    return isinstance(node, ast.ClassDef)


def _is_idle(annotation: ast.expr) -> bool:
    return isinstance(annotation, ast.Constant) and annotation.value is None


def _drop_docstring(node: ast.Module | ast.ClassDef | FunctionNode) -> None:
    first = node.body[0] if node.body else None
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        del node.body[0]


def _dump(node: object, parts: list[str]) -> None:
    if isinstance(node, ast.Constant):
        parts.append(repr(node.value))
    elif isinstance(node, ast.AnnAssign) and node.value is not None and _is_idle(node.annotation):
        _dump(ast.Assign([node.target], node.value), parts)
    elif isinstance(node, ast.AST):
        parts.append(type(node).__name__)
        for field in node._fields:
            if field not in ("ctx", "type_comment"):
                _dump(getattr(node, field, None), parts)
    elif isinstance(node, list):
        parts.append("[")
        for item in node:
            _dump(item, parts)
        parts.append("]")
    else:
        parts.append(repr(node))
