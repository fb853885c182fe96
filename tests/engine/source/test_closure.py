"""Tests of `penstock.engine.source.closure`: which edits change the fingerprint of a step, and which do not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from projects import MakeProject

from penstock.core.graph import StepRef
from penstock.engine.source.comparison import difference
from penstock.engine.source.step_fingerprint import Fingerprint, fingerprint


@dataclass(frozen=True)
class Edit:
    """A project, a text that replaces another in one of its files, and what `why` says (nothing: no change)."""

    files: Mapping[str, str]
    file: str
    old: str
    new: str
    says: list[str] = field(default_factory=list)
    step: str = "pipeline:step"


PIPELINE = "import penstock as ps\nfrom clean import parse\n\n@ps.step\ndef step(x: int) -> int:\n    return parse(x)\n"
CLEAN = "from settings import RATE\n\ndef parse(x):\n    return x * RATE\n\ndef other(x):\n    return x\n"
TWO_AWAY = {"pipeline.py": PIPELINE, "clean.py": CLEAN, "settings.py": "RATE = 2\nOTHER = 3\n"}


def body(code: str, imports: str = "") -> dict[str, str]:
    """A project of one file whose step has this body."""
    return {"pipeline.py": f"{imports}\ndef step(x):\n    {code}\n"}


def using(imports: str, code: str, **modules: str) -> dict[str, str]:
    """A project of a pipeline and modules; ``pkg__init`` stands for pkg/__init__.py, ``pkg__a`` for pkg/a.py."""
    names = {name.replace("__init", "/__init__").replace("__", "/", 1 - ("__init" in name)): name for name in modules}
    return body(code, imports) | {f"{path}.py": modules[name] for path, name in names.items()}


FUNCTIONS = "def f(x):\n    return x\n\ndef g(x):\n    return x\n"
CHANGED_F = ["function `lib.f` in lib.py changed"]
WHOLE = ["module lib.py changed (it counts as a whole)"]

EDITS = {
    "constant two imports away": Edit(
        TWO_AWAY, "settings.py", "RATE = 2", "RATE = 3", ["constant `settings.RATE` in settings.py changed"]
    ),
    "unrelated constant": Edit(TWO_AWAY, "settings.py", "OTHER = 3", "OTHER = 4"),
    "helper": Edit(TWO_AWAY, "clean.py", "x * RATE", "x + RATE", ["function `clean.parse` in clean.py changed"]),
    "unrelated helper": Edit(TWO_AWAY, "clean.py", "return x\n", "return -x\n"),
    "comment": Edit(TWO_AWAY, "clean.py", "def parse(x):", "def parse(x):  # money\n    # more"),
    "formatting": Edit(TWO_AWAY, "clean.py", "x * RATE", "(\n        x\n        * RATE\n    )"),
    "docstring": Edit(TWO_AWAY, "clean.py", "def parse(x):\n", 'def parse(x):\n    """Parse."""\n'),
    "module docstring": Edit(TWO_AWAY, "settings.py", "RATE = 2", '"""Settings."""\nRATE = 2'),
    "lines above": Edit(TWO_AWAY, "pipeline.py", "import penstock", "\n\n\nimport penstock"),
    "policy": Edit(TWO_AWAY, "pipeline.py", "@ps.step", "@ps.step(retries=2, timeout_s=5, cpu=2)"),
    "idle annotation": Edit(TWO_AWAY, "clean.py", "def parse(x):", "def parse(x: float) -> float:"),
    "annotation of the step": Edit(
        TWO_AWAY, "pipeline.py", "x: int", "x: float", ["function `pipeline.step` in pipeline.py changed"]
    ),
    "the step": Edit(
        TWO_AWAY, "pipeline.py", "parse(x)\n", "parse(x) + 1\n", ["function `pipeline.step` in pipeline.py changed"]
    ),
    "new helper": Edit(
        TWO_AWAY,
        "clean.py",
        "x * RATE",
        "other(x) * RATE",
        ["function `clean.parse` in clean.py changed", "function `clean.other` in clean.py is new"],
    ),
    "helper no longer used": Edit(
        TWO_AWAY,
        "clean.py",
        "x * RATE",
        "x",
        [
            "function `clean.parse` in clean.py changed",
            "constant `settings.RATE` in settings.py is no longer used",
        ],
    ),
    "import a": Edit(
        using("import lib", "return lib.f(x)", lib=FUNCTIONS),
        "lib.py",
        "f(x):\n    return x",
        "f(x):\n    return -x",
        CHANGED_F,
    ),
    "import a, unrelated": Edit(
        using("import lib", "return lib.f(x)", lib=FUNCTIONS), "lib.py", "g(x):\n    return x", "g(x):\n    return -x"
    ),
    "from a import b as c": Edit(
        using("from lib import f as h", "return h(x)", lib=FUNCTIONS),
        "lib.py",
        "f(x):\n    return x",
        "f(x):\n    return -x",
        CHANGED_F,
    ),
    "import inside of the step": Edit(
        using("", "import lib as m; return m.f(x)", lib=FUNCTIONS),
        "lib.py",
        "f(x):\n    return x",
        "f(x):\n    return -x",
        CHANGED_F,
    ),
    "import inside of the step, unrelated": Edit(
        using("", "import lib as m; return m.f(x)", lib=FUNCTIONS),
        "lib.py",
        "g(x):\n    return x",
        "g(x):\n    return -x",
    ),
    "import a.b": Edit(
        using("import pkg.lib", "return pkg.lib.f(x)", pkg__init="", pkg__lib=FUNCTIONS),
        "pkg/lib.py",
        "f(x):\n    return x",
        "f(x):\n    return -x",
        ["function `pkg.lib.f` in pkg/lib.py changed"],
    ),
    "import a.b, unrelated": Edit(
        using("import pkg.lib", "return pkg.lib.f(x)", pkg__init="", pkg__lib=FUNCTIONS),
        "pkg/lib.py",
        "g(x):\n    return x",
        "g(x):\n    return -x",
    ),
    "namespace folder": Edit(
        using("from pkg import lib", "return lib.f(x)", pkg__lib=FUNCTIONS),
        "pkg/lib.py",
        "f(x):\n    return x",
        "f(x):\n    return -x",
        ["function `pkg.lib.f` in pkg/lib.py changed"],
    ),
    "namespace folder, unrelated": Edit(
        using("from pkg import lib", "return lib.f(x)", pkg__lib=FUNCTIONS),
        "pkg/lib.py",
        "g(x):\n    return x",
        "g(x):\n    return -x",
    ),
    "re-export": Edit(
        using("from pkg import f", "return f(x)", pkg__init="from .lib import f, g", pkg__lib=FUNCTIONS),
        "pkg/lib.py",
        "f(x):\n    return x",
        "f(x):\n    return -x",
        ["function `pkg.lib.f` in pkg/lib.py changed"],
    ),
    "re-export, unrelated": Edit(
        using("import pkg", "return pkg.f(x)", pkg__init="from .lib import f, g", pkg__lib=FUNCTIONS),
        "pkg/lib.py",
        "g(x):\n    return x",
        "g(x):\n    return -x",
    ),
    "re-export of a function named as its module": Edit(
        using(
            "import pkg",
            "return pkg.lib(x)",
            pkg__init="from .lib import lib",
            pkg__lib="def lib(x):\n    return x\nA = 1\n",
        ),
        "pkg/lib.py",
        "A = 1",
        "A = 2",
    ),
    "re-export of a submodule": Edit(
        using("import pkg", "return pkg.lib.f(x)", pkg__init="from . import lib", pkg__lib=FUNCTIONS),
        "pkg/lib.py",
        "f(x):\n    return x",
        "f(x):\n    return -x",
        ["function `pkg.lib.f` in pkg/lib.py changed"],
    ),
    "re-export through another project module's alias": Edit(
        using(
            "from pkg import api",
            "return api.run(x)",
            pkg__init="",
            pkg__api="from .lib import f as run",
            pkg__lib=FUNCTIONS,
        ),
        "pkg/lib.py",
        "g(x):\n    return x",
        "g(x):\n    return -x",
    ),
    "relative import of the parent": Edit(
        using(
            "from pkg.lib import f",
            "return f(x)",
            pkg__init="RATE = 2\n",
            pkg__lib="from . import RATE\ndef f(x):\n    return x * RATE\n",
        ),
        "pkg/__init__.py",
        "RATE = 2",
        "RATE = 3",
        ["constant `pkg.RATE` in pkg/__init__.py changed"],
    ),
    "nested function": Edit(
        using("from lib import f", "def inner():\n        return f(x)\n    return inner()", lib=FUNCTIONS),
        "lib.py",
        "f(x):\n    return x",
        "f(x):\n    return -x",
        CHANGED_F,
    ),
    "default argument": Edit(
        {"pipeline.py": "from lib import f\ndef step(x=f(1)):\n    return x\n", "lib.py": FUNCTIONS},
        "lib.py",
        "f(x):\n    return x",
        "f(x):\n    return -x",
        CHANGED_F,
    ),
    "decorator": Edit(
        {"pipeline.py": "from lib import f\n@f\ndef step(x):\n    return x\n", "lib.py": FUNCTIONS},
        "lib.py",
        "f(x):\n    return x",
        "f(x):\n    return -x",
        CHANGED_F,
    ),
    "argument of another decorator": Edit(
        {"pipeline.py": "from lib import f\n@f(1)\ndef step(x):\n    return x\n", "lib.py": FUNCTIONS},
        "pipeline.py",
        "@f(1)",
        "@f(2)",
        ["function `pipeline.step` in pipeline.py changed"],
    ),
    "base class": Edit(
        using(
            "from lib import B",
            "return B().m(x)",
            lib="class A:\n    def m(self, x): return x\nclass B(A):\n    pass\n",
        ),
        "lib.py",
        "return x",
        "return -x",
        ["class `lib.A` in lib.py changed"],
    ),
    "method": Edit(
        using(
            "from lib import B",
            "return B().m(x)",
            lib="def h(x): return x\nclass B:\n    def m(self, x): return h(x)\n",
        ),
        "lib.py",
        "x): return x",
        "x): return -x",
        ["function `lib.h` in lib.py changed"],
    ),
    "field of a dataclass": Edit(
        using(
            "from lib import B",
            "return B(x)",
            lib="from dataclasses import dataclass\n@dataclass\nclass B:\n    a: int\n",
        ),
        "lib.py",
        "a: int",
        "a: float",
        ["class `lib.B` in lib.py changed"],
    ),
    "other step that is called": Edit(
        {"pipeline.py": "import penstock as ps\n@ps.step\ndef a(x): return x\n@ps.step\ndef step(x): return a(x)\n"},
        "pipeline.py",
        "return x",
        "return -x",
        ["function `pipeline.a` in pipeline.py changed"],
    ),
    "other step that is not": Edit(
        {"pipeline.py": "import penstock as ps\n@ps.step\ndef a(x): return x\n@ps.step\ndef step(x): return 1\n"},
        "pipeline.py",
        "return x",
        "return -x",
    ),
    "the pipeline": Edit(
        {"pipeline.py": "import penstock as ps\n@ps.step\ndef step(x): return 1\n@ps.pipeline\ndef p(): step(1)\n"},
        "pipeline.py",
        "step(1)",
        "step(2)",
    ),
    "mutual recursion": Edit(
        {
            "pipeline.py": "from a import f\ndef step(x): return f(x)\n",
            "a.py": "import b\ndef f(x): return b.g(x)\n",
            "b.py": "import a\ndef g(x): return a.f(x - 1) if x else 0\n",
        },
        "b.py",
        "else 0",
        "else 1",
        ["function `b.g` in b.py changed"],
    ),
    "local variable of the same name": Edit(
        body("RATE = 1; return RATE", "RATE = 2"),
        "pipeline.py",
        "RATE = 2",
        "RATE = 3",
    ),
    "parameter of the same name as a module": Edit(
        {"pipeline.py": "import lib\ndef step(lib): return print(lib)\n", "lib.py": FUNCTIONS},
        "lib.py",
        "f(x):\n    return x",
        "f(x):\n    return -x",
    ),
    "target of a comprehension": Edit(
        body("return [RATE for RATE in x]", "RATE = 2"),
        "pipeline.py",
        "RATE = 2",
        "RATE = 3",
    ),
    "name after a comprehension over it": Edit(
        body("return [RATE for RATE in x], RATE", "RATE = 2"),
        "pipeline.py",
        "RATE = 2",
        "RATE = 3",
        ["constant `pipeline.RATE` in pipeline.py changed"],
    ),
    "global that is set by a function": Edit(
        body("return load() or DATA", "DATA = None\ndef load():\n    global DATA\n    DATA = 1\n"),
        "pipeline.py",
        "DATA = 1",
        "DATA = 2",
        ["function `pipeline.load` in pipeline.py changed"],
    ),
    "several targets": Edit(
        body("return A", "A, B = 1, 2"),
        "pipeline.py",
        "1, 2",
        "3, 2",
        ["constant `pipeline.A` in pipeline.py changed"],
    ),
    "item that is set later": Edit(
        body("return TABLE", "TABLE = {}\nTABLE['a'] = 1"),
        "pipeline.py",
        "= 1",
        "= 2",
        ["constant `pipeline.TABLE` in pipeline.py changed"],
    ),
    "augmented assignment": Edit(
        body("return TABLE", "TABLE = [1]\nTABLE += [2]"),
        "pipeline.py",
        "[2]",
        "[3]",
        ["constant `pipeline.TABLE` in pipeline.py changed"],
    ),
    "value against its type": Edit(
        body("return A", "A = 1"),
        "pipeline.py",
        "A = 1",
        "A = True",
        ["constant `pipeline.A` in pipeline.py changed"],
    ),
    "conditional definition": Edit(
        using(
            "from lib import f",
            "return f(x)",
            lib="import sys\nif sys.version_info > (3, 20):\n    def f(x): return 1\nelse:\n    def f(x): return 2\n",
        ),
        "lib.py",
        "(3, 20)",
        "(3, 21)",
        CHANGED_F,
    ),
    "fallback of an import": Edit(
        using(
            "from lib import f",
            "return f(x)",
            lib="try:\n    from nowhere_at_all import f\nexcept ImportError:\n    def f(x): return 2\n",
        ),
        "lib.py",
        "return 2",
        "return 3",
        CHANGED_F,
    ),
    "fallback module": Edit(
        using(
            "from lib import f",
            "return f(x)",
            lib="try:\n    from nowhere_at_all import f\nexcept ImportError:\n    from slow import f\n",
            slow="def f(x): return 1\n",
        ),
        "slow.py",
        "return 1",
        "return 2",
        ["function `slow.f` in slow.py changed"],
    ),
    "guard of the main module": Edit(
        {"pipeline.py": "def step(x): return x\nif __name__ == '__main__':\n    print(step(1))\n"},
        "pipeline.py",
        "step(1)",
        "step(2)",
    ),
    "import for type checkers": Edit(
        {
            "pipeline.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n"
            "    from lib import f\ndef step(x: 'f'): return x\n",
            "lib.py": FUNCTIONS,
        },
        "lib.py",
        "f(x):\n    return x",
        "f(x):\n    return -x",
    ),
    "call of run without a guard": Edit(
        {
            "pipeline.py": "import penstock as ps\n@ps.step\ndef step(x): return x\n@ps.pipeline\n"
            "def p(n: int): step(n)\nrun = ps.run(p, n=1)\nprint(run)\n"
        },
        "pipeline.py",
        "n=1",
        "n=2",
    ),
    "what follows a call of run": Edit(
        {
            "pipeline.py": "from penstock import pipeline, run\ndef step(x): return x\n@pipeline\n"
            "def p(n: int): step(n)\nfor n in [1]:\n    run(p, n=n)\nprint(1)\n"
        },
        "pipeline.py",
        "print(1)",
        "print(2)",
    ),
    "star import": Edit(
        using("from lib import *", "return f(x)", lib=FUNCTIONS),
        "lib.py",
        "g(x):\n    return x",
        "g(x):\n    return -x",
        WHOLE,
    ),
    "star import in a package": Edit(
        using("import pkg", "return pkg.f(x)", pkg__init="from .lib import *", pkg__lib=FUNCTIONS),
        "pkg/lib.py",
        "g(x):\n    return x",
        "g(x):\n    return -x",
        ["module pkg/lib.py changed (it counts as a whole)"],
    ),
    "getattr with a computed name": Edit(
        using("import lib", "return getattr(lib, x)(1)", lib=FUNCTIONS),
        "lib.py",
        "g(x):\n    return x",
        "g(x):\n    return -x",
        WHOLE,
    ),
    "getattr with a literal": Edit(
        using("import lib", "return getattr(lib, 'f')(x)", lib=FUNCTIONS),
        "lib.py",
        "g(x):\n    return x",
        "g(x):\n    return -x",
    ),
    "getattr with a literal, reached": Edit(
        using("import lib", "return getattr(lib, 'f')(x)", lib=FUNCTIONS),
        "lib.py",
        "f(x):\n    return x",
        "f(x):\n    return -x",
        CHANGED_F,
    ),
    "getattr of an object": Edit(
        using("from lib import f", "return getattr(x, str(f))", lib=FUNCTIONS),
        "lib.py",
        "g(x):\n    return x",
        "g(x):\n    return -x",
    ),
    "globals": Edit(
        using(
            "from lib import f", "return f(x)", lib="def f(x):\n    return globals()[x]\n\ndef g(x):\n    return x\n"
        ),
        "lib.py",
        "return x\n",
        "return -x\n",
        WHOLE,
    ),
    "eval": Edit(
        using("from lib import f", "return f(x)", lib="def f(x):\n    return eval(x)\n\ndef g(x):\n    return x\n"),
        "lib.py",
        "return x\n",
        "return -x\n",
        WHOLE,
    ),
    "sys.modules": Edit(
        using(
            "from lib import f",
            "return f(x)",
            lib="import sys\ndef f(x):\n    return sys.modules[__name__]\n\ndef g(x):\n    return x\n",
        ),
        "lib.py",
        "return x\n",
        "return -x\n",
        WHOLE,
    ),
    "literal import_module": Edit(
        using("import importlib", "return importlib.import_module('lib').f(x)", lib=FUNCTIONS),
        "lib.py",
        "g(x):\n    return x",
        "g(x):\n    return -x",
        WHOLE,
    ),
    "computed import_module": Edit(
        using("from importlib import import_module", "return import_module(x)", lib=FUNCTIONS),
        "lib.py",
        "g(x):\n    return x",
        "g(x):\n    return -x",
        WHOLE,
    ),
    "computed import_module with a beginning": Edit(
        using("import importlib", "return importlib.import_module(f'pkg.{x}')", pkg__a=FUNCTIONS, lib=FUNCTIONS),
        "pkg/a.py",
        "g(x):\n    return x",
        "g(x):\n    return -x",
        ["module pkg/a.py changed (it counts as a whole)"],
    ),
    "computed import_module with another beginning": Edit(
        using("import importlib", "return importlib.import_module('pkg.' + x)", pkg__a=FUNCTIONS, lib=FUNCTIONS),
        "lib.py",
        "g(x):\n    return x",
        "g(x):\n    return -x",
    ),
    "module as a value": Edit(
        using("import lib", "return x(lib)", lib=FUNCTIONS),
        "lib.py",
        "g(x):\n    return x",
        "g(x):\n    return -x",
        WHOLE,
    ),
    "alias of a module": Edit(
        using("import lib\nm = lib", "return m.f(x)", lib=FUNCTIONS),
        "lib.py",
        "g(x):\n    return x",
        "g(x):\n    return -x",
        WHOLE,
    ),
    "whole module takes along what it imports": Edit(
        using("import lib", "return x(lib)", lib="import deep\n", deep=FUNCTIONS),
        "deep.py",
        "g(x):\n    return x",
        "g(x):\n    return -x",
        ["module deep.py changed (it counts as a whole)"],
    ),
    "side effect in a reached module": Edit(
        using("from lib import f", "return f(x)", lib="print('hello')\n" + FUNCTIONS),
        "lib.py",
        "g(x):\n    return x",
        "g(x):\n    return -x",
        WHOLE,
    ),
    "side effect in a module that is only imported": Edit(
        using("import lib", "return x", lib="import os\nos.environ['A'] = '1'\n" + FUNCTIONS),
        "lib.py",
        "'1'",
        "'2'",
        ["what the import of lib.py does changed"],
    ),
    "function in a module that is only imported for its side effect": Edit(
        using("import lib", "return x", lib="import os\nos.environ['A'] = '1'\n" + FUNCTIONS),
        "lib.py",
        "g(x):\n    return x",
        "g(x):\n    return -x",
    ),
    "function that a side effect calls": Edit(
        using("import lib", "return x", lib=FUNCTIONS + "f(1)\n"),
        "lib.py",
        "f(x):\n    return x",
        "f(x):\n    return -x",
        WHOLE,
    ),
    "function that registers itself": Edit(
        {
            "pipeline.py": "import plugin\nfrom table import TABLE\ndef step(x): return TABLE[x]()\n",
            "table.py": "TABLE = {}\ndef register(f):\n    TABLE[f.__name__] = f\n    return f\n",
            "plugin.py": "from table import register\n@register\ndef a(): return 1\ndef b(): return 2\n",
        },
        "plugin.py",
        "return 1",
        "return 3",
        ["function `plugin.a` in plugin.py changed"],
    ),
    "function beside one that registers itself": Edit(
        {
            "pipeline.py": "import plugin\nfrom table import TABLE\ndef step(x): return TABLE[x]()\n",
            "table.py": "TABLE = {}\ndef register(f):\n    TABLE[f.__name__] = f\n    return f\n",
            "plugin.py": "from table import register\n@register\ndef a(): return 1\ndef b(): return 2\n",
        },
        "plugin.py",
        "return 2",
        "return 3",
    ),
    "function that registers itself where nobody looks": Edit(
        {
            "pipeline.py": "import plugin\ndef step(x): return x\n",
            "table.py": "TABLE = {}\ndef register(f):\n    TABLE[f.__name__] = f\n    return f\n",
            "plugin.py": "from table import register\n@register\ndef a(): return 1\n",
        },
        "plugin.py",
        "return 1",
        "return 3",
    ),
    "function behind a plain decorator of the project": Edit(
        {
            "pipeline.py": "from timing import timed\n@timed\ndef a(): return 1\n@timed\ndef step(x): return x\n",
            "timing.py": "import logging\nLOG = logging.getLogger(__name__)\n"
            "def timed(f):\n    LOG.info(f)\n    return f\n",
        },
        "pipeline.py",
        "return 1",
        "return 3",
    ),
    "case of a single dispatch": Edit(
        using(
            "from lib import f",
            "return f(x)",
            lib="from functools import singledispatch\n@singledispatch\n"
            "def f(x): return 1\n@f.register\ndef _(x: int): return 2\n",
        ),
        "lib.py",
        "return 2",
        "return 3",
        ["function `lib._` in lib.py changed"],
    ),
    "subclass that its base class learns of": Edit(
        {
            "pipeline.py": "import plugin\nfrom table import Base\ndef step(x): return Base.all[x]()\n",
            "table.py": "class Base:\n    all = {}\n    def __init_subclass__(cls):\n"
            "        Base.all[cls.__name__] = cls\n",
            "plugin.py": "from table import Base\nclass A(Base):\n    x = 1\n",
        },
        "plugin.py",
        "x = 1",
        "x = 2",
        ["class `plugin.A` in plugin.py changed"],
    ),
    "subclass that is looked up": Edit(
        {
            "pipeline.py": "import plugin\nfrom table import Base\ndef step(x): return Base.__subclasses__()\n",
            "table.py": "class Base:\n    pass\n",
            "plugin.py": "from table import Base\nclass A(Base):\n    x = 1\n",
        },
        "plugin.py",
        "x = 1",
        "x = 2",
        ["module plugin.py changed (it counts as a whole)"],
    ),
    "lazy attribute of a module": Edit(
        using(
            "import lib",
            "return lib.late(x)",
            lib="def __getattr__(name):\n    return find(name)\ndef find(name): return 1\n",
        ),
        "lib.py",
        "return 1",
        "return 2",
        WHOLE,
    ),
    "step in another module": Edit(
        {"pipeline.py": "import steps\n", "steps.py": "def step(x): return h(x)\ndef h(x): return x\n"},
        "steps.py",
        "return x",
        "return -x",
        ["function `steps.h` in steps.py changed"],
        "steps:step",
    ),
    "source folder": Edit(
        {"pipeline.py": "from trips.clean import f\ndef step(x): return f(x)\n", "src/trips/clean.py": FUNCTIONS},
        "src/trips/clean.py",
        "f(x):\n    return x",
        "f(x):\n    return -x",
        ["function `trips.clean.f` in src/trips/clean.py changed"],
    ),
    "method as a step": Edit(
        {"pipeline.py": "class Steps:\n    @staticmethod\n    def step(x): return x\n"},
        "pipeline.py",
        "return x",
        "return -x",
        ["class `pipeline.Steps` in pipeline.py changed"],
        "pipeline:Steps.step",
    ),
    "step that is made at run time": Edit(
        {"pipeline.py": "def factory(x): return x\nstep = factory(1)\n"},
        "pipeline.py",
        "factory(1)",
        "factory(2)",
        ["constant `pipeline.step` in pipeline.py changed"],
    ),
    "operator": Edit(
        body("return x + 1"), "pipeline.py", "x + 1", "x - 1", ["function `pipeline.step` in pipeline.py changed"]
    ),
    "assertion": Edit(
        body("assert x > 1; return x"),
        "pipeline.py",
        "x > 1",
        "x > 2",
        ["function `pipeline.step` in pipeline.py changed"],
    ),
    "order of arguments": Edit(
        body("return max(x, 1)"), "pipeline.py", "(x, 1)", "(1, x)", ["function `pipeline.step` in pipeline.py changed"]
    ),
    "text in an f-string": Edit(
        body("return f'{x} a'"), "pipeline.py", "a'", "b'", ["function `pipeline.step` in pipeline.py changed"]
    ),
    "string that only looks like a docstring": Edit(
        body("return 'a'"), "pipeline.py", "'a'", "'b'", ["function `pipeline.step` in pipeline.py changed"]
    ),
    "quotes": Edit(body("return 'a'"), "pipeline.py", "'a'", '"a"'),
}


def fingerprint_of(make: MakeProject, files: Mapping[str, str], step: str) -> Fingerprint:
    module, _, name = step.partition(":")
    return fingerprint(make(files), StepRef(module, name))


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS.keys())
def test_edits(make: MakeProject, edit: Edit) -> None:
    before = fingerprint_of(make, edit.files, edit.step)
    text = edit.files[edit.file]
    assert edit.old in text
    after = fingerprint_of(make, {**edit.files, edit.file: text.replace(edit.old, edit.new)}, edit.step)
    assert difference(before.parts, after.parts) == edit.says
    assert (before.digest == after.digest) == (not edit.says)
    assert not after.parts["modules"] or set(after.parts["modules"]).isdisjoint(
        key.rpartition(":")[0] for key in after.parts["symbols"]
    )
