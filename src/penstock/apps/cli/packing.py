"""Packages of pipelines and of single steps, and pipelines out of packages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from penstock.core.error import UsageError
from penstock.core.expression import OutputRef, ParameterRef
from penstock.core.graph import Graph, Input, Node, Parameter

if TYPE_CHECKING:
    from penstock.engine.authoring import Pipeline, Step
    from penstock.engine.source import Manifest


def pack(found: Pipeline | Step[..., Any], target: Path, *, main: Path, data: Sequence[Path] = ()) -> Manifest:
    """Write a pipeline or a step with its project's sources into a zip.

    Parameters
    ----------
    found : Pipeline or Step
    target : Path
        Replaced in one go.
    main : Path
        The file that defines it.
    data : sequence of Path
        Files to take along.
    """
    from penstock.engine.authoring import Step
    from penstock.engine.source import build_package, localise

    functions: dict[str, Any]
    if isinstance(found, Step):
        graph, functions = graph_of_step(found), {found.name: found.function}
    else:
        graph, functions = found.graph, dict(found.functions)
    local = localise(graph, functions, main=main)
    return build_package(local.project, local.graph.to_json(), local.detached, target, data=data)


def graph_of_step(step: Step[..., Any]) -> Graph:
    """A graph of one step alone: its inputs are parameters, its outputs are results."""
    from penstock.engine.authoring.step import REQUIRED

    parameters = tuple(
        Parameter(port.name, port.type, is_required=True)
        if port.default is REQUIRED
        else Parameter(port.name, port.type, port.default, is_required=False)
        for port in step.inputs
    )
    inputs = tuple(Input(port.name, port.type, ParameterRef(port.name)) for port in step.inputs)
    node = Node(step.name, step.ref, inputs, step.outputs, step.policy)
    return Graph(step.name, parameters, (node,), {port.name: OutputRef(step.name, port.name) for port in step.outputs})


def unpacked(package: Path) -> tuple[Path, str]:
    """The file of a package's pipeline, unpacked once into the workspace, and the pipeline's name.

    Raises
    ------
    UsageError
        If it was packed from a notebook.
    PackageError
        If it is damaged or unsafe.
    """
    from penstock.core.canonical import short
    from penstock.engine.config import find_workspace
    from penstock.engine.source import SOURCES, open_package, unpack

    with open_package(package) as opened:
        manifest, name = opened.manifest, str(opened.graph_json["name"])
    if not manifest.main:
        raise UsageError(
            f"'{package}' was packed from a notebook, which cannot be loaded as a file",
            where=str(package),
            fix="pack it from a Python file: penstock package FILE",
        )
    folder = find_workspace(Path.cwd()) / "packages" / f"{package.stem}-{short(manifest.digest)}"
    if not folder.exists():
        unpack(package, folder)
    return folder / SOURCES / manifest.main, name
