"""Tests of `penstock.engine.source.canonical_names`."""

from __future__ import annotations

import importlib
import linecache
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from projects import MakeProject, write_files

from penstock.core.graph import Graph, Node, StepRef
from penstock.engine.source.archive import open_package
from penstock.engine.source.canonical_names import localise
from penstock.engine.source.loader import load_pipeline_file, load_step, serve_package
from penstock.engine.source.package import build_package
from penstock.engine.source.step_fingerprint import fingerprint


def graph_of(**functions: Any) -> Graph:
    nodes = tuple(Node(name, StepRef(item.__module__, item.__qualname__)) for name, item in functions.items())
    return Graph("taxi", nodes=nodes)


def test_a_loaded_file_keeps_its_names(make: MakeProject) -> None:
    project = make(
        {"flows/na_main.py": "from na_lib import g\ndef f(x): return x\n", "flows/na_lib.py": "def g(x): ...\n"}
    )
    module = load_pipeline_file(project.root / "flows/na_main.py")
    graph = graph_of(f=module.f, g=module.g)
    found = localise(graph, {"f": module.f, "g": module.g})
    assert found.graph.by_name["f"].step == StepRef("flows.na_main", "f", "flows/na_main.py")
    assert found.graph.by_name["g"].step == StepRef("na_lib", "g", "flows/na_lib.py")
    assert found.project == project
    assert found.detached == {}


def test_a_name_that_only_this_process_knows_becomes_canonical(make: MakeProject) -> None:
    project = make({"deep/nb_main.py": "def f(x): return x\n"})
    spec = importlib.util.spec_from_file_location("odd_name", project.root / "deep/nb_main.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["odd_name"] = module
    spec.loader.exec_module(module)
    found = localise(graph_of(f=module.f), {"f": module.f}, main=project.root / "deep/nb_main.py")
    assert found.graph.by_name["f"].step == StepRef("deep.nb_main", "f", "deep/nb_main.py")


def test_steps_of_distributions_and_of_penstock_stay(make: MakeProject) -> None:
    import yaml

    from penstock.stages import ingest

    project = make({"nc_main.py": "def f(x): return x\n"})
    module = load_pipeline_file(project.root / "nc_main.py")
    functions = {"a": ingest, "b": yaml.safe_load, "c": module.f}
    graph = graph_of(a=ingest.function, b=yaml.safe_load, c=module.f)
    steps = {name: node.step for name, node in localise(graph, functions).graph.by_name.items()}
    assert steps["a"] == StepRef("penstock.stages.ingest", "ingest")
    assert steps["b"] == StepRef("yaml", "safe_load")
    assert localise(graph, functions).project.root == project.root


def test_nothing_to_change_is_the_same_graph() -> None:
    import yaml

    graph = graph_of(b=yaml.safe_load)
    assert localise(graph, {"b": yaml.safe_load}).graph is graph


def test_the_exit_handler_too(make: MakeProject) -> None:
    module = load_pipeline_file(make({"nd_main.py": "def f(x): return x\n"}).root / "nd_main.py")
    graph = Graph("taxi", on_exit=Node("bye", StepRef("nd_main", "f")))
    found = localise(graph, {"bye": module.f}).graph
    assert found.on_exit is not None
    assert found.on_exit.step.file == "nd_main.py"


def test_inner_functions_become_modules_that_a_worker_loads(make: MakeProject, tmp_path: Path) -> None:
    text = "RATE = 2\ndef helper(x): return x * RATE\n"
    text += "def make(n):\n    def step(x): return helper(x) + n\n    return step\n"
    project = make({"ne_main.py": text})
    module = load_pipeline_file(project.root / "ne_main.py")
    step = module.make(3)
    found = localise(graph_of(s=step), {"s": step})
    ref = found.graph.by_name["s"].step
    assert ref == StepRef(next(iter(found.detached)), "step", f"{ref.module}.py")
    assert set(fingerprint(found.project, ref, found.detached).parts["symbols"]) == {
        "<inline>:n",
        "<inline>:step",
        "ne_main.py:RATE",
        "ne_main.py:helper",
    }
    build_package(found.project, found.graph.to_json(), found.detached, tmp_path / "p.zip", requirements={})
    serve_package(open_package(tmp_path / "p.zip"), project.root)
    assert load_step(ref)(5) == 13


def test_a_notebook_belongs_to_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(tmp_path, {"penstock.toml": "", "books/nf_lib.py": "def h(x): return x + 1\n"})
    monkeypatch.chdir(tmp_path / "books")
    monkeypatch.syspath_prepend("")
    main = ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", main)
    text = "import nf_lib\nfrom nf_lib import h\ndef step(x): return h(x) + nf_lib.h(x)\n"
    linecache.cache["<ipython-input-1>"] = (len(text), None, text.splitlines(keepends=True), "<ipython-input-1>")
    exec(compile(text, "<ipython-input-1>", "exec"), main.__dict__)
    found = localise(graph_of(step=main.step), {"step": main.step})
    assert (found.project.root, found.project.paths) == (tmp_path, ("books", ""))
    assert found.project.main is None
    ref = found.graph.by_name["step"].step
    assert set(fingerprint(found.project, ref, found.detached).parts["symbols"]) == {
        "<inline>:step",
        "books/nf_lib.py:h",
    }


SCRIPT = """
import json, sys
from penstock.core.graph import Graph, Node, StepRef
from penstock.engine.source.canonical_names import localise
def step(x): return x
graph = Graph("g", nodes=(Node("s", StepRef(step.__module__, step.__qualname__)),))
found = localise(graph, {"s": step})
ref = found.graph.by_name["s"].step
print(json.dumps([ref.module, ref.qualname, ref.file, str(found.project.root), found.project.paths]))
"""


@pytest.mark.parametrize("args", [["flows/ng main.py"], ["-m", "flows.ng_main"]])
def test_the_main_module_of_a_script(tmp_path: Path, args: list[str]) -> None:
    import json

    write_files(tmp_path, {"penstock.toml": "", "flows/ng main.py": SCRIPT, "flows/ng_main.py": SCRIPT})
    done = subprocess.run([sys.executable, *args], cwd=tmp_path, capture_output=True, text=True, check=True)
    name = Path(args[-1]).stem if args[0] != "-m" else "ng_main"
    expected = [f"flows.{name}", "step", f"flows/{name}.py", str(tmp_path), ["flows", ""]]
    assert json.loads(done.stdout) == expected


def test_code_given_on_the_command_line_has_no_source(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], cwd=tmp_path, capture_output=True, text=True)
    assert "needs the source of 'step', which is not there" in done.stderr
