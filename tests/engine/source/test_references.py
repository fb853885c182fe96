"""Tests of `penstock.engine.source.references`, with Python's own compiler as the judge of scopes."""

from __future__ import annotations

import ast
import dis
import importlib.util
from pathlib import Path
from types import CodeType

import pytest

from penstock.engine.source.normal_form import drop_signature_annotations, strip
from penstock.engine.source.references import references_in

MODULES = ("argparse", "ast", "bdb", "calendar", "copy", "dataclasses", "difflib", "doctest", "enum", "fractions")
MODULES += ("functools", "gettext", "heapq", "inspect", "locale", "mailbox", "ntpath", "os", "pickle", "pickletools")
MODULES += ("platform", "pprint", "pydoc", "random", "re", "shutil", "statistics", "subprocess", "tarfile", "tempfile")
MODULES += (
    "textwrap",
    "tokenize",
    "traceback",
    "turtle",
    "typing",
    "uuid",
    "warnings",
    "weakref",
    "zipfile",
    "asyncio.staggered",
)


def globals_of(code: CodeType) -> set[str]:
    """Names that compiled code looks up or sets in its module."""
    names = {
        str(item.argval)
        for item in dis.get_instructions(code)
        if item.opname in ("LOAD_GLOBAL", "STORE_GLOBAL", "DELETE_GLOBAL", "LOAD_NAME")
    }
    return names.union(*(globals_of(part) for part in code.co_consts if isinstance(part, CodeType)))


@pytest.mark.parametrize("module", MODULES)
def test_global_names_are_those_of_the_compiler(module: str) -> None:
    spec = importlib.util.find_spec(module)
    assert spec is not None
    tree = ast.parse(Path(str(spec.loader_state.filename if spec.loader_state else spec.origin)).read_bytes())
    strip(tree)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            drop_signature_annotations(node)
            node.decorator_list, node.args.defaults, node.args.kw_defaults = [], [], []
            node.args.kw_defaults = [None] * len(node.args.kwonlyargs)
            node.body = node.body or [ast.Pass()]
            chains = references_in([node]).chains
            found = {chain.partition(".")[0] for chain in chains if "|" not in chain}
            code = compile(ast.unparse(node), module, "exec", dont_inherit=True)
            expected = set().union(*(globals_of(part) for part in code.co_consts if isinstance(part, CodeType)))
            # A constant to the compiler; followed, not named; in every class body.
            special = {"__debug__", "__import__", "__name__"}
            assert found - special == expected - special, f"{module}.{node.name}"


@pytest.mark.parametrize(
    ("code", "chains"),
    [
        ("a.b.c(d)", ["a.b.c", "d"]),
        ("a[0].b", ["a"]),
        ("a().b.c", ["a"]),
        ("getattr(a.b, 'c')", ["a.b.c", "getattr"]),
        ("getattr(a.b, c, d)", ["getattr", "a.b", "c", "d"]),
        ("lambda x: x + y", ["y"]),
        ("{k: v for k, v in z}", ["z"]),
        ("def f():\n    from .b import c as d\n    return d.e", ["1|b|c.e"]),
        ("def f():\n    import a.b\n    return a.b.c", ["0|a|b.c"]),
        ("def f():\n    import a.b as x\n    return x.c", ["0|a.b|c"]),
        ("def f(a):\n    def g(): return a, b\n    return g", ["b"]),
        ("def f():\n    global a\n    a = 1", ["a"]),
        ("def f():\n    a = 1\n    def g():\n        nonlocal a\n        a = 2", []),
        ("def f(x):\n    match x:\n        case A(b=c) | [*c]: return c", ["A"]),
        ("def f():\n    try: a()\n    except B as e: return e", ["a", "B"]),
        ("def f():\n    with a as b, c as (d, e): return b, d, e", ["a", "c"]),
        ("def f(x):\n    return [y := z for _ in x], y", ["z"]),
        ("importlib.import_module('a.b')", ["0|a.b|"]),
    ],
)
def test_chains(code: str, chains: list[str]) -> None:
    assert list(references_in(ast.parse(code).body).chains) == chains


@pytest.mark.parametrize(
    ("code", "imported"),
    [
        ("importlib.import_module(x)", [""]),
        ("import_module(f'a.{x}')", ["a."]),
        ("import_module('a.' + x)", ["a."]),
        ("import_module('a.%s' % x)", ["a."]),
        ("import_module('.a', 'b')", [""]),
        ("__import__(x)", [""]),
        ("f(import_module)", [""]),
    ],
)
def test_beginnings_of_computed_imports(code: str, imported: list[str]) -> None:
    assert references_in(ast.parse(code).body).imported == imported


@pytest.mark.parametrize(
    ("code", "is_dynamic"),
    [
        ("globals()", True),
        ("f(eval)", True),
        ("exec(x)", True),
        ("sys.modules[x]", True),
        ("def f():\n    import sys\n    return sys.modules", True),
        ("def f(eval): return eval(1)", False),
        ("model.eval()", False),
        ("sys.path", False),
    ],
)
def test_look_ups_at_run_time(code: str, is_dynamic: bool) -> None:
    assert references_in(ast.parse(code).body).is_dynamic == is_dynamic
