"""Tests of `penstock.engine.source.detached`: notebook cells become modules that compute the same."""

from __future__ import annotations

import itertools
import linecache
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest

from penstock.core.error import GraphError
from penstock.engine.source.detached import Detached, detach

Cell = Callable[..., dict[str, Any]]


@pytest.fixture
def cell() -> Iterator[Cell]:
    """Runs a text as the cell of a notebook does: in a main module without a file, its lines in `linecache`."""
    main, old = ModuleType("__main__"), sys.modules["__main__"]
    sys.modules["__main__"] = main
    numbers = itertools.count(1)

    def run(text: str) -> dict[str, Any]:
        name = f"<ipython-input-{next(numbers)}-{id(main):x}>"
        linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
        exec(compile(text, name, "exec", dont_inherit=True), main.__dict__)
        return main.__dict__

    yield run
    sys.modules["__main__"] = old


def importable(module: str, qualname: str) -> str | None:
    return None if module == "__main__" or "<" in qualname else module


def detached(names: dict[str, Any]) -> Detached:
    return detach(names["step"], importable)


def run(made: Detached, *args: Any) -> Any:
    """Load a generated module as another process would, and call the step."""
    module = sys.modules[made.module] = ModuleType(made.module)
    exec(compile(made.text, made.module, "exec", dont_inherit=True), module.__dict__)
    return getattr(module, made.function)(*args)


CELLS = {
    "plain": ("def step(x):\n    return x + 1\n", 6),
    "async body and defaults": ("A = 2\ndef step(x, y=A, *, z=A + 1):\n    return x + y + z\n", 10),
    "import": (
        "import math as m\nfrom os.path import basename\ndef step(x):\n    return m.floor(x), basename('a/b')\n",
        (5, "b"),
    ),
    "constants": ("A = {'a': [1, 2.5]}\nB = (1,)\ndef step(x):\n    return A['a'][1] + B[0]\n", 3.5),
    "helper, recursively": (
        "A = 3\ndef f(x): return g(x) * A\ndef g(x): return x + A\ndef step(x):\n    return f(x)\n",
        24,
    ),
    "mutual recursion": (
        "def f(x): return g(x - 1) if x else 'f'\ndef g(x): return f(x - 1) if x else 'g'\ndef step(x): return f(x)\n",
        "g",
    ),
    "lambda": ("double, triple = lambda x: 2 * x, lambda x: 3 * x\ndef step(x): return double(x) + triple(x)\n", 25),
    "lambda with a constant": ("A = 7\nf = lambda x: x + A\ndef step(x): return f(x)\n", 12),
    "alias": ("def f(x): return x + 1\ng = f\ndef step(x): return g(x) + f(x)\n", 12),
    "decorator": (
        "import functools\nA = 10\ndef plus(f):\n    @functools.wraps(f)\n    def inner(x):\n"
        "        return f(x) + A\n    return inner\n@plus\ndef step(x):\n    return x\n",
        15,
    ),
    "decorator that hides what it wraps": (
        "A = 10\ndef plus(f):\n    def inner(x): return f(x) + A\n    return inner\n@plus\ndef step(x): return x\n",
        15,
    ),
    "decorated helper": (
        "import functools\n@functools.lru_cache\ndef f(x): return x + 1\n"
        "def step(x): return f(x), f.cache_info().hits\n",
        (6, 0),
    ),
    "class": (
        "A = 2\nclass Base:\n    def m(self): return A\nclass C(Base):\n"
        "    rate = A\ndef step(x): return C().m() + C.rate\n",
        4,
    ),
    "dataclass": (
        "from dataclasses import dataclass, field\n@dataclass\nclass C:\n    x: int\n"
        "    y: list = field(default_factory=list)\ndef step(x): return C(x).y\n",
        [],
    ),
    "instance of a dataclass": (
        "from dataclasses import dataclass\n@dataclass\nclass C:\n"
        "    x: int\nCONF = C(4)\ndef step(x): return CONF.x + x\n",
        9,
    ),
    "named tuple": (
        "from typing import NamedTuple\nclass C(NamedTuple):\n    x: int\ndef step(x) -> C: return C(x)._asdict()\n",
        {"x": 5},
    ),
    "enumeration": ("import enum\nclass C(enum.Enum):\n    A = 1\nMODE = C.A\ndef step(x): return MODE is C.A\n", True),
    "unknown annotation": (
        "import collections\nFrame = collections.OrderedDict\n"
        "def step(x: Frame) -> Frame:\n    y: Frame = x\n    return y\n",
        5,
    ),
    "generic alias": ("Row = dict[str, int]\nfrom typing import cast\ndef step(x): return cast(Row, x)\n", 5),
    "text with deeper margin": ("def step(x):\n    return '''\na\n  b'''\n", "\na\n  b"),
    "import inside": ("def step(x):\n    import math\n    return math.ceil(x)\n", 5),
    "comprehension": ("A = [1, 2]\ndef step(x): return [x + a for a in A]\n", [6, 7]),
    "nested function": ("A = 1\ndef step(x):\n    def inner(y): return y + A\n    return inner(x)\n", 6),
    "magic of the builtins": ("def step(x): return sorted([3, x])\n", [3, 5]),
    "shadowed builtin": ("def sorted(x): return 'mine'\ndef step(x): return sorted([x])\n", "mine"),
}


@pytest.mark.parametrize(("text", "result"), CELLS.values(), ids=CELLS.keys())
def test_a_cell_computes_the_same(cell: Cell, text: str, result: Any) -> None:
    names = cell(text)
    made = detached(names)
    assert run(made, 5) == result == names["step"](5)
    assert made.module.startswith("penstock_cell_")
    assert "@ps" not in made.text


def test_cells_see_each_other(cell: Cell) -> None:
    cell("import math\nRATE = 2\n")
    cell("class C:\n    x: int = RATE\n")
    cell("def helper(x):\n    return math.floor(x) * RATE + C.x\n")
    assert run(detached(cell("def step(x):\n    return helper(x)\n")), 5) == 12


def test_a_cell_that_ran_again_counts(cell: Cell) -> None:
    cell("class C:\n    x = 1\ndef f(): return 1\n")
    cell("def step(x): return C.x + f()\n")
    assert run(detached(cell("class C:\n    x = 10\ndef f(): return 20\n")), 0) == 30


def test_a_constant_is_taken_as_it_is_now(cell: Cell) -> None:
    cell("ITEMS = []\ndef step(x): return ITEMS\n")
    assert run(detached(cell("ITEMS.append(3)\n")), 0) == [3]


def test_decorators_of_penstock_are_left_out(cell: Cell) -> None:
    text = "import penstock as ps\nfrom penstock import step as mark\n"
    text += "@mark\ndef other(x: int) -> int:\n    return x * 3\n"
    text += "@ps.step(retries=2)\ndef step(x: int) -> int:\n    return other(x) + 1\n"
    names = cell(text)
    made = detach(names["step"].function, importable)
    assert run(made, 5) == 16
    assert "penstock" not in made.text


@pytest.mark.parametrize(
    ("before", "after", "is_same"),
    [
        ("x + 1", "x + 1  # comment", True),
        ("x + 1", "(x\n        + 1)", True),
        ("x + 1", "x + 2", False),
        ("x + A", "x + A + 0", False),
    ],
)
def test_the_name_follows_the_code(cell: Cell, before: str, after: str, is_same: bool) -> None:
    first = detached(cell(f"A = 1\ndef step(x):\n    return {before}\n"))
    text = f"A = 1\ndef step(x: int) -> int:\n    '''Docstring.'''\n    return {after}\n"
    second = detached(cell(text))
    assert (first == second) == is_same
    assert (first.module == second.module) == is_same


def test_the_name_follows_the_constants(cell: Cell) -> None:
    cell("def step(x): return A\n")
    assert detached(cell("A = 1\n")).module != detached(cell("A = 2\n")).module


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import io\nf = io.StringIO()\ndef step(x): return f.read()\n", "variable 'f', which holds a _io.StringIO"),
        (
            "import threading\nL = {'a': [threading.Lock()]}\ndef step(x): return L\n",
            "variable 'L', which holds a _thread",
        ),
        ("A = 'x' * 100_000\ndef step(x): return A\n", "variable 'A', which holds a value of 100002 characters"),
        (
            "import sqlite3\nc = sqlite3.connect(':memory:')\ndef h(): return c\ndef step(x): return h()\n",
            "variable 'c'",
        ),
    ],
)
def test_what_cannot_be_sent_is_named(cell: Cell, text: str, message: str) -> None:
    names = cell(text)
    with pytest.raises(GraphError, match=rf"step 'step' uses the {message}[^$]*fix:.*pass .* as a parameter") as caught:
        detached(names)
    assert "<ipython-input-1" in caught.value.where
    if "c" in names:
        names["c"].close()


def test_a_data_frame_is_not_sent(cell: Cell) -> None:
    names = cell("import pandas as pd\nframe = pd.DataFrame({'a': [1]})\ndef step(x): return frame\n")
    with pytest.raises(GraphError, match=r"variable 'frame', which holds a pandas\..*DataFrame"):
        detached(names)


def test_no_source_no_module(cell: Cell) -> None:
    names: dict[str, Any] = {"__name__": "__main__"}
    exec("def step(x): return x", names)
    with pytest.raises(GraphError, match="needs the source of 'step', which is not there"):
        detached(names)


def test_two_things_of_one_name(cell: Cell) -> None:
    text = "def make(n):\n    def helper(x): return x + n\n    return helper\n"
    text += "a, b = make(1), make(2)\ndef step(x): return a(x) + b(x)\n"
    names = cell(text)
    with pytest.raises(GraphError, match="two different things called 'n'"):
        detached(names)


def make_step(rate: float, helper: Callable[[float], float]) -> Any:
    def step(x: float) -> float:
        return recurse(x, 2) + HERE

    def recurse(x: float, depth: int) -> float:
        return recurse(x, depth - 1) if depth else helper(x) * rate

    return step


HERE = 0.5


def test_a_function_inside_of_another_takes_what_it_closes_over() -> None:
    def triple(x: float) -> float:
        return x * 3

    made = detach(make_step(2.0, triple), importable)
    assert "rate = 2.0" in made.text
    # What lies at the top level of a file stays there.
    assert f"from {__name__} import HERE" in made.text
    sys.modules[__name__].__dict__["HERE"] = 100.0
    try:
        assert run(made, 5.0) == 130.0
    finally:
        sys.modules[__name__].__dict__["HERE"] = 0.5


def test_a_class_inside_of_a_function() -> None:
    base = 3

    class Local:
        rate = 2

        def f(self, x: int) -> int:
            return x * base + self.rate

    def step(x: int) -> int:
        return Local().f(x)

    assert run(detach(step, importable), 5) == 17
