"""Gives the steps of a graph names that hold in every process."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import FunctionType
from typing import Any

from penstock.core.graph import Graph, Node, StepRef
from penstock.engine.source.definition import is_own, plain_function
from penstock.engine.source.project import Project, find_project, find_root, make_project

MAIN = "__main__"
OWN = "penstock"
_SITES = ("site-packages", "dist-packages")


@dataclass(frozen=True, slots=True)
class Localised:
    """A graph whose steps can be imported anywhere.

    Parameters
    ----------
    graph : Graph
    project : Project
        Where the sources are.
    detached : mapping of str to str
        Generated modules, with their texts, of steps that have no module of their own.
    """

    graph: Graph
    project: Project
    detached: Mapping[str, str]


def localise(graph: Graph, functions: Mapping[str, Any], *, main: Path | None = None) -> Localised:
    """Replace references that hold only in this process.

    Parameters
    ----------
    graph : Graph
    functions : mapping of str to callable
        The function (or the step) of each node, by the node's name.
    main : Path or None
        The pipeline's file; else the first file of a function decides the project, and in a notebook the
        current folder.

    Raises
    ------
    GraphError
        If a step can neither be imported nor written down as a module.
    """
    plain = {name: function for name, value in functions.items() if (function := plain_function(value)) is not None}
    project = _find_project(dict.fromkeys(plain.values()), main)
    detached: dict[str, str] = {}
    refs: dict[int, StepRef] = {}
    for name, function in plain.items():
        if id(function) not in refs:
            refs[id(function)] = _reference(function, functions[name], project, detached)
    changed = {name: refs[id(function)] for name, function in plain.items()}
    nodes = tuple(_with_step(node, changed) for node in graph.nodes)
    on_exit = None if graph.on_exit is None else _with_step(graph.on_exit, changed)
    is_same = all(new is old for new, old in zip((*nodes, on_exit), (*graph.nodes, graph.on_exit), strict=True))
    return Localised(graph if is_same else replace(graph, nodes=nodes, on_exit=on_exit), project, detached)


def _with_step(node: Node, refs: Mapping[str, StepRef]) -> Node:
    ref = refs.get(node.name, node.step)
    return node if ref == node.step else replace(node, step=ref)


def _reference(function: FunctionType, value: Any, project: Project, detached: dict[str, str]) -> StepRef:
    module = _importable_name(project, function.__module__, function.__qualname__, function)
    if module is not None:
        return StepRef(module, function.__qualname__, _step_file(function, project))
    from penstock.engine.source.detached import detach

    inner = value.function if is_own(value) else value
    made = detach(inner, lambda home, qualname: _importable_name(project, home, qualname))
    detached[made.module] = made.text
    return StepRef(made.module, made.function, f"{made.module}.py")


def _step_file(function: FunctionType, project: Project) -> str:
    file = _source_file(function)
    is_installed = file is None or function.__module__.partition(".")[0] == OWN or not _is_project_file(file)
    return "" if file is None or is_installed else project.relative(file) or ""


def _importable_name(project: Project, module: str, qualname: str, function: FunctionType | None = None) -> str | None:
    """Name under which a module can be imported in another process, None where it cannot.

    With a function, also None where the qualified name leads to something else.
    """
    home = sys.modules.get(module)
    if home is None or "<" in qualname:
        return None
    if function is not None and not _leads_to(home, qualname, function):
        return None
    if module.partition(".")[0] in (OWN, "builtins") or module in sys.builtin_module_names:
        return module
    file = getattr(home, "__file__", None) if module != MAIN else _main_file(function)
    if file is None or not os.path.isfile(file):
        # Frozen modules have no file and are importable; a notebook's main module has none and is not.
        return None if module == MAIN or file is not None else module
    if not _is_project_file(file) or project.relative(file) is None:
        return module if module != MAIN else None
    known = project.module_file(module) if module != MAIN else None
    if known is not None and os.path.realpath(known) == os.path.realpath(file):
        return module
    return project.module_name(file)


def _main_file(function: FunctionType | None) -> str | None:
    """The file that runs as the main module; in a notebook there is none."""
    if function is not None:
        return function.__code__.co_filename
    file = getattr(sys.modules[MAIN], "__file__", None)
    return str(file) if file else None


def _leads_to(home: Any, qualname: str, function: FunctionType) -> bool:
    found = home
    for name in qualname.split("."):
        if not hasattr(found, name):
            return False
        found = getattr(found, name)
    return plain_function(found) is function


def _find_project(functions: Iterable[FunctionType], main: Path | None) -> Project:
    if main is not None:
        return find_project(main)
    for function in functions:
        file = _source_file(function)
        if file is not None and function.__module__.partition(".")[0] != OWN and _is_project_file(file):
            own = getattr(sys.modules.get(MAIN), "__file__", None) or file
            is_script = os.path.isfile(own) and find_root(Path(own)) == find_root(Path(file))
            return find_project(Path(own if is_script else file))
    here = Path(os.getcwd())
    return make_project(find_root(here / MAIN), None, folder=here)


def _source_file(function: FunctionType) -> str | None:
    file = function.__code__.co_filename
    return os.path.realpath(file) if file.endswith(".py") and os.path.isfile(file) else None


def _is_project_file(file: str) -> bool:
    """Whether a file is neither installed nor part of Python."""
    parts = Path(os.path.realpath(file)).parts
    return not any(site in parts for site in _SITES) and not os.path.realpath(file).startswith(
        os.path.realpath(os.path.dirname(os.__file__)) + os.sep
    )
