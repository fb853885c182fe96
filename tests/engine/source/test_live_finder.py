"""Tests of `penstock.engine.source.live_finder`."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

import pytest
from projects import MakeProject, write_files

from penstock.engine.source.live_finder import LiveFinder, LiveLoader, watch
from penstock.engine.source.loader import enter_project


@pytest.fixture(autouse=True)
def compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


def load(name: str) -> int:
    sys.modules.pop(name, None)
    importlib.invalidate_caches()
    return int(importlib.import_module(name).x)


def test_compiled_code_is_used_only_while_it_is_younger(make: MakeProject) -> None:
    project = make({"la_main.py": "x = 1\n"})
    enter_project(project)
    watch(project)
    file = project.root / "la_main.py"
    os.utime(file, ns=(10**18, 10**18))
    assert load("la_main") == 1
    compiled = next(project.root.rglob("*.pyc"))
    first = compiled.stat().st_mtime_ns
    assert load("la_main") == 1
    assert compiled.stat().st_mtime_ns == first
    # The same second and size, but the compiled code is older than the text.
    file.write_text("x = 2\n")
    os.utime(file, ns=(10**18 + 5, 10**18 + 5))
    os.utime(compiled, ns=(10**18, 10**18))
    assert load("la_main") == 2
    assert load("la_main") == 2


def test_only_sources_of_the_project_are_loaded_so(make: MakeProject, tmp_path: Path) -> None:
    project = make({"lb_main.py": "x = 1\n", ".venv/lib/site-packages/lb_dist.py": ""})
    write_files(tmp_path, {"lb_other.py": ""})
    finder = LiveFinder(project)
    places = [str(project.root), str(project.root / ".venv/lib/site-packages"), str(tmp_path)]
    loaders = {}
    for name in ("lb_main", "lb_dist", "lb_other", "lb_nothing"):
        spec = finder.find_spec(name, places)
        loaders[name] = None if spec is None else type(spec.loader) is LiveLoader
    assert loaders == {"lb_main": True, "lb_dist": False, "lb_other": False, "lb_nothing": None}


def test_a_later_project_takes_the_place_of_an_earlier_one(make: MakeProject) -> None:
    project = make({"lc_main.py": ""})
    watch(project)
    watch(project)
    assert sum(isinstance(finder, LiveFinder) for finder in sys.meta_path) == 1
