"""The global names that a piece of code uses, with the attributes it takes of them.

A reference is a dotted chain as it stands in the code (``clean.parse_fare``), or, through an import inside of a
function, ``LEVEL|MODULE|CHAIN``. Local variables, parameters and targets of comprehensions are no references.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field

_DYNAMIC_NAMES = frozenset({"globals", "eval", "exec"})
_ATTRIBUTE_CALLS = frozenset({"getattr", "hasattr", "setattr", "delattr"})
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(slots=True)
class References:
    """What `references_in` found.

    Parameters
    ----------
    chains : dict of str to None
        The references, in order.
    loads : list of str
        Modules that are imported inside of functions, as ``LEVEL|MODULE|NAME``.
    is_dynamic : bool
        Names are looked up in the own module's namespace at run time.
    has_subclasses : bool
        ``__subclasses__`` is used.
    imported : list of str
        Beginnings of module names that are computed at run time (``""``: any module).
    """

    chains: dict[str, None] = field(default_factory=dict)
    loads: list[str] = field(default_factory=list)
    is_dynamic: bool = False
    has_subclasses: bool = False
    imported: list[str] = field(default_factory=list)


def references_in(nodes: Iterable[ast.AST]) -> References:
    """References of code that stands at the top level of a module."""
    walker = _Walker()
    for node in nodes:
        walker.visit(node)
    return walker.found


def import_targets(node: ast.Import | ast.ImportFrom) -> list[tuple[str, str]]:
    """Names that an import binds, with their targets ``LEVEL|MODULE|NAME``.

    Examples
    --------
    >>> import_targets(ast.parse("from ..trips import clean as c").body[0])
    [('c', '2|trips|clean')]
    >>> import_targets(ast.parse("import a.b, a.b as d").body[0])
    [('a', '0|a|'), ('d', '0|a.b|')]
    """
    if isinstance(node, ast.ImportFrom):
        base = f"{node.level}|{node.module or ''}|"
        return [(alias.asname or alias.name, base + alias.name) for alias in node.names]
    return [
        (alias.asname, f"0|{alias.name}|")
        if alias.asname
        else (alias.name.partition(".")[0], f"0|{alias.name.partition('.')[0]}|")
        for alias in node.names
    ]


def import_loads(node: ast.Import | ast.ImportFrom) -> list[str]:
    """Modules that an import runs, as ``LEVEL|MODULE|NAME``; NAME may be a submodule or not."""
    if isinstance(node, ast.ImportFrom):
        return [f"{node.level}|{node.module or ''}|{alias.name}" for alias in node.names]
    return [f"0|{alias.name}|" for alias in node.names]


class _Walker:
    """Walks code with its scopes; a scope maps local names to an import's target or to ""."""

    def __init__(self) -> None:
        self.found = References()
        self.scopes: list[dict[str, str]] = []

    def visit(self, node: ast.AST) -> None:
        if isinstance(node, ast.Name | ast.Attribute):
            # A plain name that is bound here refers to nothing; `global` names are added by their function.
            if isinstance(node, ast.Attribute) or isinstance(node.ctx, ast.Load):
                self.chain(node)
        elif isinstance(node, ast.Call):
            self.call(node)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            self.function(node)
        elif isinstance(node, _COMPREHENSIONS):
            self.comprehension(node)
        else:
            if isinstance(node, ast.Import | ast.ImportFrom):
                self.found.loads += import_loads(node)
            self.children(node)

    def children(self, node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            self.visit(child)

    def chain(self, node: ast.Name | ast.Attribute) -> None:
        names: list[str] = []
        base: ast.expr = node
        while isinstance(base, ast.Attribute):
            names.append(base.attr)
            base = base.value
        if "__subclasses__" in names:
            self.found.has_subclasses = True
        if isinstance(base, ast.Name):
            self.add(base.id, names[::-1])
        else:
            self.visit(base)

    def add(self, name: str, rest: list[str]) -> None:
        target = self.target(name)
        if target is None:
            if name in _DYNAMIC_NAMES or [name, *rest[:1]] == ["sys", "modules"]:
                self.found.is_dynamic = True
            elif name == "__import__" or rest[-1:] == ["import_module"] or name == "import_module":
                self.found.imported.append("")
            self.found.chains[".".join([name, *rest])] = None
        elif target:
            if target == "0|sys|" and rest[:1] == ["modules"]:
                self.found.is_dynamic = True
            tail = [part for part in (target.rpartition("|")[2], *rest) if part]
            self.found.chains[f"{target.rpartition('|')[0]}|{'.'.join(tail)}"] = None

    def target(self, name: str) -> str | None:
        """None for a global name, "" for a local variable, else the target of a local import."""
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name]
        return None

    def call(self, node: ast.Call) -> None:
        name = _last_name(node.func)
        first = node.args[0] if node.args else None
        if name in _ATTRIBUTE_CALLS and len(node.args) > 1 and isinstance(first, ast.Name | ast.Attribute):
            attribute = node.args[1]
            if isinstance(attribute, ast.Constant) and isinstance(attribute.value, str):
                self.visit(ast.Attribute(first, attribute.value, ast.Load()))
                for other in [node.func, *node.args[2:], *node.keywords]:
                    self.visit(other)
                return
        if name in ("import_module", "__import__") and first is not None:
            self.import_call(node, first)
        else:
            self.children(node)

    def import_call(self, node: ast.Call, first: ast.expr) -> None:
        for part in [*node.args, *node.keywords]:
            self.visit(part)
        text = _beginning(first)
        if isinstance(first, ast.Constant) and not text.startswith("."):
            self.found.chains[f"0|{text}|"] = None
            self.found.loads.append(f"0|{text}|")
        else:
            self.found.imported.append("" if text.startswith(".") else text)

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> None:
        args = node.args
        arguments = [*args.posonlyargs, *args.args, *args.kwonlyargs]
        arguments += [arg for arg in (args.vararg, args.kwarg) if arg is not None]
        outside: list[ast.AST] = [*args.defaults, *(default for default in args.kw_defaults if default is not None)]
        outside += [arg.annotation for arg in arguments if arg.annotation is not None]
        body: list[ast.AST] = [node.body] if isinstance(node, ast.Lambda) else list(node.body)
        if not isinstance(node, ast.Lambda):
            outside += [*node.decorator_list, *([node.returns] if node.returns is not None else [])]
        for part in outside:
            self.visit(part)
        scope = {arg.arg: "" for arg in arguments}
        free: set[str] = set()
        for part in body:
            _bind(part, scope, free)
        self.scopes.append({name: target for name, target in scope.items() if name not in free})
        for part in body:
            self.visit(part)
        for name in free & scope.keys():
            self.add(name, [])
        self.scopes.pop()

    def comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> None:
        scope: dict[str, str] = {}
        for generator in node.generators:
            _bind(generator.target, scope, set())
        self.scopes.append(scope)
        self.children(node)
        self.scopes.pop()


def _bind(node: ast.AST, scope: dict[str, str], free: set[str]) -> None:
    """Collect the names that a statement binds in its own scope, and those it declares global or nonlocal."""
    if isinstance(node, ast.Name):
        if not isinstance(node.ctx, ast.Load):
            scope.setdefault(node.id, "")
    elif isinstance(node, ast.Global | ast.Nonlocal):
        free.update(node.names)
    elif isinstance(node, ast.Import | ast.ImportFrom):
        scope.update(import_targets(node))
    elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
        scope.setdefault(node.name, "")
    elif isinstance(node, ast.MatchMapping) and node.rest:
        scope.setdefault(node.rest, "")
    if isinstance(node, _SCOPES):
        if not isinstance(node, ast.Lambda):
            scope.setdefault(node.name, "")
    elif isinstance(node, _COMPREHENSIONS):
        for inner in ast.walk(node):
            if isinstance(inner, ast.NamedExpr):
                _bind(inner.target, scope, free)
    else:
        for child in ast.iter_child_nodes(node):
            _bind(child, scope, free)


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _beginning(node: ast.expr) -> str:
    """The literal text that a string expression begins with."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr) and node.values:
        return _beginning(node.values[0])
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        text = _beginning(node.left)
        return text.partition("%")[0] if isinstance(node.op, ast.Mod) else text
    return ""
