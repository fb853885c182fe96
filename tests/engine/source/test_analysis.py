"""Tests of `penstock.engine.source.analysis` and of the summaries it gives."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import pytest

from penstock.engine.source.analysis import summarise
from penstock.engine.source.summary import Summary


def test_a_tree_as_deep_as_it_is_long() -> None:
    texts = [f"def f(x):\n    return {' + '.join(['x'] * length)}\n" for length in (2000, 2001)]
    first, second = (summarise(text).definitions["f"].code for text in texts)
    assert first.digest != second.digest
    assert sys.getrecursionlimit() < 10_000


def test_sorts_of_definitions() -> None:
    text = "A: int = 1\nB, (C, *D) = x\ndef e(): ...\nasync def f(): ...\nclass G: ...\nH['a'] = 1\nA += 1\nI: int\n"
    found = {name: item.sort for name, item in summarise(text).definitions.items()}
    constants = dict.fromkeys("ABCD", "constant")
    assert found == {**constants, "e": "function", "f": "function", "G": "class"}


@pytest.mark.parametrize(
    "text",
    [
        "'doc'\nimport a\nfrom b import c\nX = f()\ndef g(): print(1)\nclass H: ...\n",
        "if __name__ == '__main__':\n    print(1)\n",
        "if '__main__' == __name__:\n    print(1)\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    print(1)\n",
        "try:\n    import a\nexcept ImportError:\n    raise\n",
        "X = {}\nX['a'] = 1\nX += 1\n",
        "...\n1\npass\nX: int\n",
        "import penstock as ps\n@ps.pipeline\ndef p(): ...\np.run()\nprint(2)\nfor x in y: z(x)\n",
        "from penstock import pipeline, run\n@pipeline(name='x')\ndef p(): ...\nwith a: run(p)\nprint(2)\n",
    ],
)
def test_no_effect_of_the_import(text: str) -> None:
    assert summarise(text).effects is None


@pytest.mark.parametrize(
    "text",
    [
        "print(1)\n",
        "for x in y: pass\n",
        "with a: pass\n",
        "import a\na.b = 1\n",
        "import os\nos.environ['a'] = '1'\n",
        "if x:\n    print(1)\n",
        "try:\n    f()\nfinally:\n    pass\n",
        "del x\n",
        "if TYPE:\n    print(1)\n",
        "if __name__ == '__main__':\n    pass\nelse:\n    print(1)\n",
        "import other as ps\nps.run()\n",
    ],
)
def test_effects_of_the_import(text: str) -> None:
    assert summarise(text).effects is not None


@pytest.mark.parametrize("module", ["typing", "dataclasses", "ast", "asyncio", "pickle", "turtle", "subprocess"])
def test_a_summary_survives_json(module: str) -> None:
    spec = importlib.util.find_spec(module)
    assert spec is not None
    found = summarise(Path(str(spec.origin)).read_bytes())
    assert found.definitions
    assert Summary.from_json(json.loads(json.dumps(found.to_json()))) == found


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("def f(x: int) -> int:\n    'doc'\n    y: int = x\n    return y\n", "def f(x): y = x; return y\n"),
        ("x = 1  # one\n", "x: int = 1\n"),
        ("class A:\n    'doc'\n    def f(self, x: int): 'doc'; return x\n", "class A:\n    def f(self, x): return x\n"),
        ("'doc'\nx = (1,\n 2)\n", "x = 1, 2\n"),
        ("x = 'a' 'b'\n", "x = 'ab'\n"),
    ],
)
def test_texts_that_mean_the_same(first: str, second: str) -> None:
    names = summarise(first).definitions.keys()
    assert all(summarise(first).definitions[name].code == summarise(second).definitions[name].code for name in names)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("x = 1", "x = 1.0"),
        ("x = 1", "x = True"),
        ("x = 'a'", "x = b'a'"),
        ("x = (1,)", "x = [1]"),
        ("def x(a, b): ...", "def x(b, a): ..."),
        ("def x(a, /): ...", "def x(a): ..."),
        ("def x(): return 'a'", "def x(): 'a'"),
        ("class x:\n    a: int", "class x:\n    a: str"),
        ("@d\nclass x:\n    def f(self, a: int): ...", "@d\nclass x:\n    def f(self, a: str): ..."),
        ("async def x(): ...", "def x(): ..."),
        ("x = a < b", "x = a <= b"),
        ("def x():\n    pass\n", "def x():\n    return 1\n"),
    ],
)
def test_texts_that_differ(first: str, second: str) -> None:
    assert summarise(first).definitions["x"].code.digest != summarise(second).definitions["x"].code.digest
