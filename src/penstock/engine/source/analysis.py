"""Reads a module's text into its summary."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from penstock.engine.source.normal_form import (
    FunctionNode,
    drop_signature_annotations,
    fingerprint,
    signature_annotations,
    strip,
)
from penstock.engine.source.references import import_loads, import_targets, references_in
from penstock.engine.source.summary import CLASS, CONSTANT, FUNCTION, Code, Definition, Summary

_MAX_DEPTH = 50_000
# Calls that give values nobody registers anything with.
_PURE_CALLS = frozenset(
    {"getLogger", "compile", "Path", "TypeVar", "namedtuple", "NewType", "frozenset", "Decimal", "timedelta", "date"}
)


def summarise(source: bytes | str) -> Summary:
    """Summary of a module's text.

    Raises
    ------
    SyntaxError, ValueError
        If it does not compile.
    """
    with _deep():
        return _summarise(ast.parse(source))


@contextmanager
def _deep() -> Iterator[None]:
    """Room for long sums and chains of calls, whose trees are as deep as they are long."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, _MAX_DEPTH))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def _summarise(tree: ast.Module) -> Summary:
    strip(tree)
    digest = fingerprint(tree.body)
    late = [
        load for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom) for load in import_loads(node)
    ]
    builder = _Builder()
    builder.body(tree.body)
    return builder.summary(digest, late)


class _Builder:
    """Sorts the statements of a module into definitions, imports and effects."""

    def __init__(self) -> None:
        self.statements: dict[str, list[ast.stmt]] = {}
        self.imports: dict[str, list[str]] = {}
        self.loads: list[str] = []
        self.stars: list[str] = []
        self.effects: list[ast.stmt] = []
        self.has_run = False

    def body(self, statements: Iterable[ast.stmt], whole: ast.stmt | None = None) -> None:
        """Take statements; ``whole`` is the conditional statement they are part of."""
        for node in statements:
            self.statement(node, whole)

    def statement(self, node: ast.stmt, whole: ast.stmt | None) -> None:
        if isinstance(node, ast.Import | ast.ImportFrom):
            self.import_(node)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            self.statements.setdefault(node.name, []).append(whole or node)
        elif isinstance(node, ast.If | ast.Try):
            self.conditional(node, whole)
        elif self.has_run or self.runs_pipeline(node):
            self.has_run = True
            self.bind(node, whole)
        elif not self.bind(node, whole) and not _is_idle(node):
            self.effects.append(whole or node)

    def import_(self, node: ast.Import | ast.ImportFrom) -> None:
        self.loads += import_loads(node)
        for name, target in import_targets(node):
            if name == "*":
                self.stars.append(target.removesuffix("*"))
            else:
                self.imports.setdefault(name, []).append(target)

    def bind(self, node: ast.stmt, whole: ast.stmt | None) -> bool:
        """Take an assignment to names, or into a name of this module; whether it was one."""
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AugAssign) or (isinstance(node, ast.AnnAssign) and node.value is not None):
            targets = [node.target]
        elif type(node).__name__ == "TypeAlias":
            targets = [node.name]  # type: ignore[attr-defined]
        names = [name for target in targets for name in _bound_names(target)]
        if not names or any(name is None for name in names):
            return False
        if any(isinstance(target, ast.Subscript | ast.Attribute) for target in targets) and not all(
            name in self.statements for name in names
        ):
            return False
        for name in names:
            self.statements.setdefault(str(name), []).append(whole or node)
        return True

    def conditional(self, node: ast.If | ast.Try, whole: ast.stmt | None) -> None:
        if isinstance(node, ast.If):
            if _is_main_guard(node.test) or _is_type_checking(node.test):
                self.body(node.orelse, whole)
                return
            blocks: list[list[ast.stmt]] = [node.body, node.orelse]
        else:
            blocks = [node.body, *(handler.body for handler in node.handlers), node.orelse, node.finalbody]
        for block in blocks:
            self.body(block, whole or node)

    def runs_pipeline(self, node: ast.stmt) -> bool:
        """Whether a statement calls Penstock's ``run`` or one of this module's pipelines: the loader stops there."""
        calls = (part for part in ast.walk(node) if isinstance(part, ast.Call))
        return any(self.is_run(call.func) or any(map(self.is_pipeline_name, call.args)) for call in calls)

    def is_pipeline_name(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and self.is_pipeline(node.id)

    def is_run(self, function: ast.expr) -> bool:
        if isinstance(function, ast.Name):
            return self.own_target(function.id) in ("run", "resume") or self.is_pipeline(function.id)
        if not isinstance(function, ast.Attribute) or not isinstance(function.value, ast.Name):
            return False
        name = function.value.id
        is_own = self.own_target(name) == ""
        return function.attr in ("run", "resume") and (is_own or self.is_pipeline(name))

    def own_target(self, name: str) -> str | None:
        """What of Penstock a name was imported as: "" for the package itself, None for nothing of it."""
        for target in self.imports.get(name, ()):
            _, module, attribute = target.split("|")
            if module == "penstock":
                return attribute
        return None

    def is_pipeline(self, name: str) -> bool:
        nodes = [node for node in self.statements.get(name, ()) if isinstance(node, ast.FunctionDef)]
        return any(self.is_pipeline_mark(mark) for node in nodes for mark in node.decorator_list)

    def is_pipeline_mark(self, mark: ast.expr) -> bool:
        name = mark.func if isinstance(mark, ast.Call) else mark
        if isinstance(name, ast.Attribute) and isinstance(name.value, ast.Name):
            return name.attr == "pipeline" and self.own_target(name.value.id) == ""
        return isinstance(name, ast.Name) and self.own_target(name.id) == "pipeline"

    def summary(self, digest: str, late: list[str]) -> Summary:
        effects = _code(_unique(self.effects)) if self.effects else None
        definitions = {name: _definition(name, _unique(nodes)) for name, nodes in self.statements.items()}
        rest = [load for load in dict.fromkeys(late) if load not in self.loads]
        return Summary(digest, definitions, self.imports, self.loads, rest, self.stars, effects)


def _definition(name: str, nodes: list[ast.stmt]) -> Definition:
    sorts = {type(part) for node in nodes for part in ast.walk(node) if getattr(part, "name", None) == name}
    sort = CLASS if ast.ClassDef in sorts else CONSTANT
    if sorts & {ast.FunctionDef, ast.AsyncFunctionDef}:
        sort = FUNCTION
    found = Definition(sort, Code(""))
    annotations: list[ast.expr] = []
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            _take_decorators(node, found)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            annotations += _take_annotations(node)
        if isinstance(node, ast.ClassDef):
            found.bases += [chain for base in node.bases for chain in references_in([base]).chains]
            found.is_root = found.is_root or _is_root(node)
    if annotations:
        found.annotations = _code(annotations)
    found.is_literal = sort == CONSTANT and all(_is_literal(getattr(node, "value", None)) for node in nodes)
    found.code = _code(nodes)
    return found


def _take_decorators(node: FunctionNode | ast.ClassDef, found: Definition) -> None:
    for decorator in node.decorator_list:
        name = decorator.func if isinstance(decorator, ast.Call) else decorator
        chains = list(references_in([name]).chains)
        found.decorators.append((chains[0] if chains else "", _code([decorator])))
    node.decorator_list = []


def _take_annotations(node: FunctionNode) -> list[ast.expr]:
    annotations = signature_annotations(node)
    drop_signature_annotations(node)
    return annotations


def _code(nodes: Iterable[ast.AST]) -> Code:
    listed = list(nodes)
    found = references_in(listed)
    return Code(
        fingerprint(listed),
        list(found.chains),
        list(dict.fromkeys(found.loads)),
        found.imported,
        found.is_dynamic,
        found.has_subclasses,
    )


def _unique(nodes: list[ast.stmt]) -> list[ast.stmt]:
    return list({id(node): node for node in nodes}.values())


def _bound_names(target: ast.expr) -> Iterator[str | None]:
    """Names an assignment binds, or whose value it changes; None for anything else."""
    if isinstance(target, ast.Tuple | ast.List):
        for item in target.elts:
            yield from _bound_names(item)
    elif isinstance(target, ast.Starred | ast.Subscript | ast.Attribute):
        yield from _bound_names(target.value)
    else:
        yield target.id if isinstance(target, ast.Name) else None


def _is_idle(node: ast.stmt) -> bool:
    """Whether a statement does nothing: a literal, ``pass``, a bare annotation, ``raise`` in a branch."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    return isinstance(node, ast.Pass | ast.AnnAssign | ast.Raise)


def _is_main_guard(test: ast.expr) -> bool:
    return (
        isinstance(test, ast.Compare)
        and len(test.ops) == 1
        and isinstance(test.ops[0], ast.Eq)
        and {_text(test.left), _text(test.comparators[0])} == {"__name__", "__main__"}
    )


def _is_type_checking(test: ast.expr) -> bool:
    return (test.attr if isinstance(test, ast.Attribute) else _text(test)) == "TYPE_CHECKING"


def _text(node: ast.expr) -> object:
    if isinstance(node, ast.Name):
        return node.id
    return node.value if isinstance(node, ast.Constant) else None


def _is_root(node: ast.ClassDef) -> bool:
    hooks = {"__init_subclass__", "__set_name__"}
    has_hook = any(isinstance(part, ast.FunctionDef) and part.name in hooks for part in node.body)
    return has_hook or any(keyword.arg == "metaclass" for keyword in node.keywords)


def _is_literal(node: ast.expr | None) -> bool:
    if isinstance(node, ast.Tuple):
        return all(_is_literal(item) for item in node.elts)
    if isinstance(node, ast.BinOp):
        return _is_literal(node.left) and _is_literal(node.right)
    if isinstance(node, ast.Call):
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        return name in _PURE_CALLS
    return isinstance(node, ast.Constant) or (isinstance(node, ast.UnaryOp) and _is_literal(node.operand))
