"""Writes a module for a step that cannot be imported: from a notebook cell, or from inside of a function."""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import FunctionType, ModuleType
from typing import Any

from penstock.core.canonical import digest_bytes, short
from penstock.core.error import GraphError
from penstock.engine.source.definition import class_node, function_node, is_own, namespace_of, plain_function
from penstock.engine.source.literal import NoLiteralError, Writer
from penstock.engine.source.normal_form import strip_function
from penstock.engine.source.references import references_in

PREFIX = "penstock_cell_"
_HEAD = "from __future__ import annotations"
_MISSING = object()


@dataclass(frozen=True, slots=True)
class Detached:
    """A generated module: its name, which names its content, its text, and the step's function in it."""

    module: str
    text: str
    function: str


def detach(value: FunctionType, module_name: Callable[[str, str], str | None]) -> Detached:
    """Generate a module from a function and everything that it reaches.

    Functions and classes come as source, modules as imports, values as expressions. Docstrings, comments and
    idle annotations are left out: they change neither text nor name.

    Parameters
    ----------
    value : function
        Perhaps a wrapper that a decorator made with ``functools.wraps``.
    module_name : callable
        Takes a module's name and a qualified name in it; gives the name to import it under in another process,
        None where that is not possible.

    Raises
    ------
    GraphError
        If the source is not there, or a variable holds something that cannot be written down.
    """
    function = plain_function(value) or value
    builder = _Builder(function, module_name)
    name = builder.add_function(function.__name__, function, is_wrapped=value is not function)
    text = "\n".join([_HEAD, *builder.imports, *builder.chunks]) + "\n"
    return Detached(PREFIX + short(digest_bytes(text.encode("utf-8", "surrogatepass"))), text, name)


class _Builder:
    """Collects imports and definitions; a definition comes after what it needs while the module is loaded."""

    def __init__(self, step: FunctionType, module_name: Callable[[str, str], str | None]) -> None:
        self.step = step
        self.module_name = module_name
        self.imports: list[str] = []
        self.chunks: list[str] = []
        self.values: dict[str, Any] = {}
        self.writer = Writer(self.name_class, self.name_module)
        self.where = f"step '{step.__name__}', {step.__code__.co_filename}:{step.__code__.co_firstlineno}"

    def add(self, name: str, value: Any, home: str) -> None:
        """Make a value available under a name; ``home`` is the module in whose globals it was found, if any."""
        known = self.values.get(name, _MISSING)
        if known is not _MISSING:
            if known is not value and not _is_equal(known, value):
                raise self.error(f"reaches two different things called '{name}'", "rename one of them")
            return
        self.values[name] = value
        function = plain_function(value)
        if self.import_(name, value, home):
            return
        if function is not None:
            self.add_function(name, function, is_wrapped=value is not function)
        elif isinstance(value, type):
            self.add_class(name, value)
        else:
            self.chunks.append(f"{name} = {self.expression(name, value)}")

    def add_function(self, name: str, function: FunctionType, *, is_wrapped: bool) -> str:
        """Take the source of a function, with its decorators where the value at hand has them; the name it has."""
        self.values.setdefault(name, function)
        node = function_node(function)
        if node is None:
            raise self.error(
                f"needs the source of '{function.__qualname__}', which is not there or has changed since",
                "define it in a file, or run its cell again",
            )
        names = namespace_of(function)
        if isinstance(node, ast.Lambda):
            self.define(ast.Assign([ast.Name(name, ast.Store())], node, lineno=1), names, function)
            return name
        is_decorated = is_wrapped or plain_function(names.get(node.name)) is function
        node.decorator_list = [mark for mark in node.decorator_list if is_decorated and not _is_own_mark(mark, names)]
        self.values.setdefault(node.name, function)
        self.define(node, names, function)
        if node.name != name:
            self.chunks.append(f"{name} = {node.name}")
        return name

    def add_class(self, name: str, cls: type) -> None:
        """Take the source of a class."""
        node = class_node(cls)
        if node is None:
            raise self.error(
                f"needs the source of class '{cls.__qualname__}', which is not there", "define it in a file"
            )
        self.values.setdefault(node.name, cls)
        self.define(node, namespace_of(cls), cls)
        if node.name != name:
            self.chunks.append(f"{name} = {node.name}")

    def define(self, node: ast.stmt, names: dict[str, Any], owner: FunctionType | type) -> None:
        """Write a definition, after what it uses at once and before what it uses when called."""
        _make_imports_absolute(node, owner.__module__)
        strip_function(node)
        home = owner.__module__
        text = ast.unparse(ast.fix_missing_locations(node))
        for optional in _annotation_roots(node):
            self.add_optional(optional, names, home)
        self.add_names(_roots([_without_bodies(node)]), names, home)
        self.chunks.append(text)
        self.add_names(_roots(ast.parse(text).body), names, home)

    def add_names(self, roots: Iterable[str], names: dict[str, Any], home: str) -> None:
        for root in roots:
            if root in names and names[root] is not getattr(builtins, root, _MISSING):
                self.add(root, names[root], home if _is_global(home, root, names[root]) else "")

    def add_optional(self, root: str, names: dict[str, Any], home: str) -> None:
        """Take a name that stands only in annotations; without it they stay text."""
        value = names.get(root, _MISSING)
        if value is not _MISSING and (isinstance(value, type | ModuleType)) and root not in self.values:
            self.add(root, value, home if _is_global(home, root, value) else "")

    def import_(self, name: str, value: Any, home: str) -> bool:
        """Import a value where that is possible; whether it was."""
        if isinstance(value, ModuleType):
            self.imports.append(_import_line(value.__name__, "", name))
            return True
        owner = plain_function(value) or value
        module, qualname = getattr(owner, "__module__", None), getattr(owner, "__qualname__", None)
        if isinstance(module, str) and isinstance(qualname, str) and _finds(module, qualname, value):
            target = self.module_name(module, qualname)
            if target is not None:
                self.imports.append(_import_line(target, qualname, name))
                return True
        target = self.module_name(home, name) if home else None
        if target is not None:
            self.imports.append(_import_line(target, name, name))
        return target is not None

    def expression(self, name: str, value: Any) -> str:
        try:
            return self.writer.write(value)
        except NoLiteralError as error:
            alias = _alias_text(value)
            if alias is not None:
                return self.name_module("typing") and alias
            raise self.error(
                f"uses the variable '{name}', which holds {error} and cannot be sent to another process",
                f"pass '{name}' as a parameter, or make it in the step",
            ) from None

    def name_class(self, cls: type) -> str:
        """Name under which a class can be used in the module."""
        self.add(cls.__name__, cls, "")
        return cls.__name__

    def name_module(self, module: str) -> str:
        """Name under which a module of the standard library can be used."""
        __import__(module)
        self.add(module, sys.modules[module], "")
        return module

    def error(self, what: str, fix: str) -> GraphError:
        """The step's error."""
        return GraphError(f"step '{self.step.__name__}' {what}", where=self.where, fix=fix)


def _import_line(module: str, qualname: str, name: str) -> str:
    if not all(part.isidentifier() for part in module.split(".")):
        path = f".{qualname}" if qualname else ""
        return f"{name} = __import__('importlib').import_module({module!r}){path}"
    first, _, rest = qualname.partition(".")
    if rest:
        return f"from {module} import {first} as _{name}_owner; {name} = _{name}_owner.{rest}"
    if first:
        return f"from {module} import {first}" + ("" if first == name else f" as {name}")
    return f"import {module}" + ("" if module == name else f" as {name}")


def _roots(nodes: Iterable[ast.AST]) -> list[str]:
    """First parts of the global names in code."""
    chains = references_in(nodes).chains
    return list(dict.fromkeys(chain.partition(".")[0] for chain in chains if "|" not in chain))


def _without_bodies(node: ast.stmt) -> ast.stmt:
    """A copy in which no function has a body: what runs when the definition does."""
    copy: ast.stmt = ast.parse(ast.unparse(ast.fix_missing_locations(node))).body[0]
    for part in ast.walk(copy):
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef):
            part.body = [ast.Pass()]
        elif isinstance(part, ast.AnnAssign):
            part.annotation = ast.Constant(None)
        elif isinstance(part, ast.Lambda):
            part.body = ast.Constant(None)
    return copy


def _annotation_roots(node: ast.stmt) -> list[str]:
    """Names in the annotations that stripping left: those of class bodies."""
    annotations = [part.annotation for part in ast.walk(node) if isinstance(part, ast.AnnAssign)]
    return _roots(annotations)


def _is_own_mark(mark: ast.expr, names: dict[str, Any]) -> bool:
    """Whether a decorator is Penstock's."""
    target = mark.func if isinstance(mark, ast.Call) else mark
    path = []
    while isinstance(target, ast.Attribute):
        path.append(target.attr)
        target = target.value
    value = names.get(target.id, _MISSING) if isinstance(target, ast.Name) else _MISSING
    for name in reversed(path):
        value = getattr(value, name, _MISSING)
    home = getattr(value, "__module__", None)
    return (isinstance(home, str) and home.partition(".")[0] == "penstock") or is_own(value)


def _make_imports_absolute(node: ast.stmt, module: str) -> None:
    """The generated module lies in no package."""
    home = sys.modules.get(module)
    package = (getattr(home, "__package__", None) or "").split(".")
    for part in ast.walk(node):
        if isinstance(part, ast.ImportFrom) and part.level:
            base = package[: len(package) - part.level + 1]
            part.module, part.level = ".".join([*base, *filter(None, [part.module])]), 0


def _is_global(home: str, name: str, value: Any) -> bool:
    module = sys.modules.get(home)
    return module is not None and vars(module).get(name, _MISSING) is value


def _finds(module: str, qualname: str, value: Any) -> bool:
    """Whether a qualified name leads to that very value."""
    found: Any = sys.modules.get(module, _MISSING)
    for name in qualname.split("."):
        found = getattr(found, name, _MISSING)
    if found is value:
        return True
    function = None if found is _MISSING else plain_function(found)
    return function is not None and function is plain_function(value)


def _is_equal(left: Any, right: Any) -> bool:
    """Whether two constants of plain types are equal."""
    plain = (bool, int, float, str, bytes, tuple, frozenset)
    return type(left) is type(right) and isinstance(left, plain) and bool(left == right)


def _alias_text(value: Any) -> str | None:
    """Text of a generic alias such as ``dict[str, int]`` where only builtins and ``typing`` are needed for it."""
    import types
    import typing

    if not isinstance(value, types.GenericAlias | types.UnionType) and type(value).__module__ != "typing":
        return None
    text = repr(value)
    try:
        is_same = eval(text, {"typing": typing}) == value
    except (NameError, SyntaxError, AttributeError, TypeError):
        return None
    return text if is_same else None
