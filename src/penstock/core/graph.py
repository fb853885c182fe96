"""The frozen form of a pipeline: what is cached, packaged, drawn and compiled.

The same definition gives the same JSON, hence the same digest, on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from penstock.core.canonical import digest_of
from penstock.core.error import GraphError, closest
from penstock.core.expression import Binding, Expression, OutputRef, ParameterRef, from_json, references, to_json
from penstock.core.signature import PortType

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class StepRef:
    """Where a step's function is found.

    Parameters
    ----------
    module, qualname : str
        As for ``getattr(import_module(module), qualname)``.
    file : str
        Path of the source below the project root; empty for an installed distribution.
    """

    module: str
    qualname: str
    file: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """How a step is run.

    Parameters
    ----------
    retries : int
        Further attempts after a failure.
    backoff_s : float
        Wait before the first retry; doubles each time, with jitter.
    timeout_s : float
        0 for none.
    cpu, gpu : float
        Reserved while it runs.
    memory_bytes : int
        Reserved, and a limit on its resident memory; 0 for none.
    priority : int
        Higher goes first among steps that are ready.
    is_cached : bool
        Whether results may be reused.
    env, files : tuple of str
        Environment variables and files that the cache key includes.
    requirements : tuple of str
        Extra requirements where the target builds an environment.
    image : str
        Container image where the target runs containers.
    """

    retries: int = 0
    backoff_s: float = 1.0
    timeout_s: float = 0.0
    cpu: float = 1.0
    gpu: float = 0.0
    memory_bytes: int = 0
    priority: int = 0
    is_cached: bool = True
    env: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    image: str = ""


@dataclass(frozen=True, slots=True)
class Input:
    """An input of a node: its name, its type and what it is bound to."""

    name: str
    type: PortType
    binding: Binding


@dataclass(frozen=True, slots=True)
class Output:
    """An output of a node, with the keys that others read as scalars."""

    name: str
    type: PortType
    scalars: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MapSpec:
    """The node runs once per item of the list bound to input ``over``."""

    over: str
    max_parallel: int = 0


@dataclass(frozen=True, slots=True)
class Node:
    """One use of a step in a pipeline.

    Parameters
    ----------
    name : str
        Unique in the graph; ``outer/inner`` inside a nested pipeline.
    step : StepRef
    inputs, outputs
        In the order of the function's signature.
    policy : Policy
    map : MapSpec or None
        Outputs of a mapped node are lists.
    condition : Expression or None
        The node is skipped where it is false.
    after : tuple of str
        Nodes that must have finished first although no data flows.
    """

    name: str
    step: StepRef
    inputs: tuple[Input, ...] = ()
    outputs: tuple[Output, ...] = ()
    policy: Policy = Policy()
    map: MapSpec | None = None
    condition: Expression | None = None
    after: tuple[str, ...] = ()

    def upstream(self) -> list[str]:
        """Names of the nodes that must finish before this one, without repeats."""
        names = [ref.node for ref in self.references() if isinstance(ref, OutputRef)]
        return list(dict.fromkeys([*names, *self.after]))

    def references(self) -> Iterator[ParameterRef | OutputRef]:
        """Parameters and outputs that the inputs and the condition mention."""
        for port in self.inputs:
            yield from references(port.binding)
        if self.condition is not None:
            yield from references(self.condition)

    def output(self, name: str) -> Output:
        """The output of that name."""
        for port in self.outputs:
            if port.name == name:
                return port
        raise GraphError(
            f"step '{self.name}' has no output '{name}'; {closest(name, [port.name for port in self.outputs])}",
            where=f"step '{self.name}'",
            fix="use one of its outputs",
        )


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a pipeline; ``is_required`` when it has no default."""

    name: str
    type: PortType
    default: Any = None
    is_required: bool = True


@dataclass(frozen=True)
class Graph:
    """A pipeline as data.

    Parameters
    ----------
    name : str
    parameters : tuple of Parameter
    nodes : tuple of Node
        In an order that respects every dependency.
    outputs : mapping of str to Binding
        What the run offers as its result.
    on_exit : Node or None
        Always runs at the end; its input ``status`` is filled by the runtime.

    Raises
    ------
    GraphError
        If names repeat, a reference leads nowhere, or there is a cycle.
    """

    name: str
    parameters: tuple[Parameter, ...] = ()
    nodes: tuple[Node, ...] = ()
    outputs: Mapping[str, Binding] = field(default_factory=dict)
    on_exit: Node | None = None

    def __post_init__(self) -> None:
        _check_names(self)
        _check_references(self)
        object.__setattr__(self, "nodes", _ordered(self))

    @cached_property
    def digest(self) -> str:
        """Digest of the canonical JSON."""
        return digest_of(self.to_json())

    @cached_property
    def by_name(self) -> dict[str, Node]:
        """Nodes by name, the exit handler included."""
        found = {node.name: node for node in self.nodes}
        if self.on_exit is not None:
            found[self.on_exit.name] = self.on_exit
        return found

    def to_json(self) -> dict[str, Any]:
        """JSON form; `from_json` reads it back."""
        return {
            "schema": SCHEMA,
            "name": self.name,
            "parameters": [_parameter_json(item) for item in self.parameters],
            "nodes": [node_to_json(node) for node in self.nodes],
            "outputs": {name: to_json(binding) for name, binding in self.outputs.items()},
            "on_exit": None if self.on_exit is None else node_to_json(self.on_exit),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Graph:
        """Read what `to_json` wrote.

        Raises
        ------
        GraphError
            If it was written in a newer schema.
        """
        if data.get("schema") != SCHEMA:
            raise GraphError(
                f"graph '{data.get('name')}' has schema {data.get('schema')!r}; this version reads {SCHEMA}",
                where="graph.json",
                fix="install the version of Penstock that wrote it, or a newer one",
            )
        return cls(
            name=data["name"],
            parameters=tuple(_parameter_from_json(item) for item in data["parameters"]),
            nodes=tuple(node_from_json(item) for item in data["nodes"]),
            outputs={name: from_json(item) for name, item in data["outputs"].items()},
            on_exit=None if data["on_exit"] is None else node_from_json(data["on_exit"]),
        )


def _parameter_json(parameter: Parameter) -> dict[str, Any]:
    data: dict[str, Any] = {"name": parameter.name, "type": parameter.type.to_json()}
    if not parameter.is_required:
        data["default"] = parameter.default
    return data


def _parameter_from_json(data: dict[str, Any]) -> Parameter:
    kind = PortType.from_json(data["type"])
    return Parameter(data["name"], kind, data.get("default"), is_required="default" not in data)


def node_to_json(node: Node) -> dict[str, Any]:
    """JSON form of a node; fields at their defaults are left out of the policy."""
    policy = {
        name: list(value) if isinstance(value, tuple) else value
        for name in Policy.__slots__
        if (value := getattr(node.policy, name)) != getattr(_DEFAULT_POLICY, name)
    }
    return {
        "name": node.name,
        "step": {"module": node.step.module, "qualname": node.step.qualname, "file": node.step.file},
        "inputs": [
            {"name": port.name, "type": port.type.to_json(), "binding": to_json(port.binding)} for port in node.inputs
        ],
        "outputs": [
            {"name": port.name, "type": port.type.to_json(), "scalars": list(port.scalars)} for port in node.outputs
        ],
        "policy": policy,
        "map": None if node.map is None else {"over": node.map.over, "max_parallel": node.map.max_parallel},
        "condition": None if node.condition is None else to_json(node.condition),
        "after": list(node.after),
    }


def node_from_json(data: dict[str, Any]) -> Node:
    """Read what `node_to_json` wrote."""
    policy: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in data["policy"].items()
    }
    return Node(
        name=data["name"],
        step=StepRef(**data["step"]),
        inputs=tuple(
            Input(port["name"], PortType.from_json(port["type"]), from_json(port["binding"])) for port in data["inputs"]
        ),
        outputs=tuple(
            Output(port["name"], PortType.from_json(port["type"]), tuple(port["scalars"])) for port in data["outputs"]
        ),
        policy=Policy(**policy),
        map=None if data["map"] is None else MapSpec(**data["map"]),
        condition=None if data["condition"] is None else from_json(data["condition"]),
        after=tuple(data["after"]),
    )


_DEFAULT_POLICY = Policy()


def _check_names(graph: Graph) -> None:
    seen: set[str] = set()
    for node in [*graph.nodes, *([graph.on_exit] if graph.on_exit else [])]:
        if node.name in seen:
            raise GraphError(
                f"two steps are called '{node.name}'",
                where=f"pipeline '{graph.name}'",
                fix="give one of them another name: step.options(name=...)",
            )
        seen.add(node.name)


def _check_references(graph: Graph) -> None:
    nodes = graph.by_name
    known = {parameter.name for parameter in graph.parameters}
    uses = [(f"step '{node.name}'", ref) for node in nodes.values() for ref in node.references()]
    uses += [(f"output '{name}'", ref) for name, binding in graph.outputs.items() for ref in references(binding)]
    for user, ref in uses:
        if isinstance(ref, ParameterRef) and ref.name not in known:
            raise _unknown(graph, user, f"parameter '{ref.name}'", closest(ref.name, known))
        if isinstance(ref, OutputRef):
            if ref.node not in nodes:
                raise _unknown(graph, user, f"step '{ref.node}'", closest(ref.node, nodes))
            nodes[ref.node].output(ref.output)


def _unknown(graph: Graph, user: str, name: str, known: str) -> GraphError:
    return GraphError(
        f"{user} uses {name}, which pipeline '{graph.name}' does not have; {known}",
        where=f"pipeline '{graph.name}', {user}",
        fix="bind it to a parameter or output of the same pipeline",
    )


def _ordered(graph: Graph) -> tuple[Node, ...]:
    """Nodes in dependency order; among the possible ones, as they were given."""
    done: set[str] = set()
    waiting = list(graph.nodes)
    ordered: list[Node] = []
    while waiting:
        later = []
        for node in waiting:
            if all(name in done for name in node.upstream()):
                ordered.append(node)
                done.add(node.name)
            else:
                later.append(node)
        if len(later) == len(waiting):
            raise _cycle(graph, waiting)
        waiting = later
    return tuple(ordered)


def _cycle(graph: Graph, stuck: list[Node]) -> GraphError:
    """Follow unmet dependencies until a name repeats: that is a cycle."""
    open_nodes = {node.name: node for node in stuck}
    path = [stuck[0].name]
    while path[-1] not in path[:-1]:
        path.append(next((name for name in open_nodes[path[-1]].upstream() if name in open_nodes), path[-1]))
    loop = path[path.index(path[-1]) :]
    return GraphError(
        f"steps wait for each other: {' -> '.join(reversed(loop))}",
        where=f"pipeline '{graph.name}'",
        fix=f"remove the connection between '{loop[1]}' and '{loop[0]}', or its .after()",
    )
