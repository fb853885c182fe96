"""A pipeline made ready to run: its canonical graph, its project, and what its keys are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from penstock.core.expression import OutputRef, ParameterRef
from penstock.core.graph import Graph, Input, Node, Parameter, StepRef
from penstock.engine.authoring import Pipeline, Step
from penstock.engine.authoring.step import REQUIRED
from penstock.engine.runtime.cache_key import KeyFacts
from penstock.engine.runtime.step_loader import plain_function, served
from penstock.engine.source import (
    SOURCES,
    Fingerprint,
    Manifest,
    Project,
    build_package,
    data_files,
    fingerprint_steps,
    load_step,
    localise,
    make_project,
    requirements_of,
    unpack,
)

PACKAGE = "package.zip"
"""Name of the package's file in its blob."""


@dataclass(frozen=True)
class Prepared:
    """Everything about a pipeline that does not change from run to run.

    Parameters
    ----------
    graph : Graph
        With canonical module names.
    project : Project
        Where its sources are.
    detached : mapping of str to str
        Generated modules for steps of notebook cells and inner functions, by name.
    functions : mapping of StepRef to callable
        Live functions, for inline runs.
    external : mapping of str to callable
        Fingerprint functions of steps that read from outside, by node.
    cache : Path or None
        Folder in which the analysis of sources is kept between processes.
    stored : str
        Digest of the stored package that all this was read from; empty for live sources.
    """

    graph: Graph
    project: Project
    detached: Mapping[str, str]
    functions: Mapping[StepRef, Callable[..., Any]]
    external: Mapping[str, Callable[..., str]]
    cache: Path | None = None
    stored: str = ""

    @cached_property
    def fingerprints(self) -> dict[StepRef, Fingerprint]:
        """What each step's result can depend on in the sources."""
        steps = [node.step for node in self.graph.by_name.values()]
        return fingerprint_steps(self.project, steps, self.detached, cache=self.cache)

    @cached_property
    def parts(self) -> dict[str, Any]:
        """Content of the fingerprints by digest."""
        return {found.digest: found.parts for found in self.fingerprints.values()}

    def key_facts(self) -> KeyFacts:
        """What the keys of its steps need to know."""
        return KeyFacts(self.source, self.external, f"pipeline '{self.graph.name}'", self.project.root)

    def source(self, node: Node) -> str:
        """Digest of the source closure of a node's step."""
        return self.fingerprints[node.step].digest

    def function(self, ref: StepRef) -> Callable[..., Any]:
        """The live function behind a step."""
        return self.functions[ref]

    def package(self, target: Path, *, with_data: bool = False) -> Manifest:
        """Write the package of this pipeline; ``with_data`` adds the project's files that are no sources."""
        found = data_files(self.project) if with_data else []
        data = [path for path in found if path != target.absolute()]
        pins = requirements_of(self.fingerprints.values())
        return build_package(self.project, self.graph.to_json(), self.detached, target, data=data, requirements=pins)


def prepare(pipeline: Pipeline, *, main: Path | None = None, cache: Path | None = None) -> Prepared:
    """Make a pipeline ready to run.

    Parameters
    ----------
    pipeline : Pipeline
    main : Path or None
        Its file, where that is known.
    cache : Path or None
        Folder in which the analysis of sources is kept between processes.
    """
    local = localise(pipeline.graph, pipeline.functions, main=main)
    functions = {node.step: pipeline.steps[name].function for name, node in local.graph.by_name.items()}
    external = {name: step.fingerprint for name, step in pipeline.steps.items() if step.fingerprint is not None}
    return Prepared(local.graph, local.project, local.detached, functions, external, cache)


def prepare_step(step: Step[..., Any]) -> Prepared:
    """Make a single step ready to be packaged: a graph of one node, whose inputs are the parameters."""
    parameters = tuple(
        Parameter(port.name, port.type)
        if port.default is REQUIRED
        else Parameter(port.name, port.type, port.default, is_required=False)
        for port in step.inputs
    )
    inputs = tuple(Input(port.name, port.type, ParameterRef(port.name)) for port in step.inputs)
    outputs = {port.name: OutputRef(step.name, port.name) for port in step.outputs}
    node = Node(step.name, step.ref, inputs, step.outputs, step.policy)
    local = localise(Graph(step.name, parameters, (node,), outputs), {step.name: step.function})
    return Prepared(local.graph, local.project, local.detached, {local.graph.nodes[0].step: step.function}, {})


def prepare_recorded(package: Path, folder: Path, *, stored: str) -> Prepared:
    """Make the pipeline of a stored package ready to run, with the sources it holds.

    Parameters
    ----------
    package : Path
    folder : Path
        Where the sources are unpacked to, unless they already are.
    stored : str
        Digest of the package in the blob store.
    """
    if not folder.is_dir():
        unpack(package, folder)
    with served(package, folder / SOURCES) as found:
        graph = Graph.from_json(found.graph_json)
        main = found.manifest.main
        steps = {name: load_step(node.step) for name, node in graph.by_name.items()}
    root = (folder / SOURCES).resolve()
    project = make_project(root, root / main if main else None)
    functions = {node.step: plain_function(steps[name]) for name, node in graph.by_name.items()}
    external = {
        name: step.fingerprint
        for name, step in steps.items()
        if isinstance(step, Step) and step.fingerprint is not None
    }
    return Prepared(graph, project, {}, functions, external, stored=stored)
