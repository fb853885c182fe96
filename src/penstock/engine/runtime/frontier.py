"""The frontier: which nodes may run now, given what has finished.

Pure bookkeeping over the graph. Nothing here runs, stores or waits.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from penstock.core.artifact import Gathered, Inline, Value
from penstock.core.error import ConditionError, NotFoundError, closest
from penstock.core.expression import Binding, Const, Expression, Gather, OutputRef, ParameterRef, evaluate, references
from penstock.core.graph import Graph, Input, Node
from penstock.core.state import COMMITTED, FAILED, SKIPPED, UPSTREAM_FAILED


@dataclass(frozen=True, slots=True)
class Resolution:
    """What to do with a node whose upstream has finished.

    Parameters
    ----------
    state : str
        Empty to run it; else ``skipped`` or ``upstream_failed``.
    inputs : mapping of str to Value
        Bound values, when it is to run.
    reason : mapping of str to JSON value
        Why it does not run.
    """

    state: str = ""
    inputs: Mapping[str, Value] = field(default_factory=dict)
    reason: Mapping[str, Any] = field(default_factory=dict)


class Frontier:
    """Progress of one run through its graph.

    Parameters
    ----------
    graph : Graph
    parameters : mapping of str to JSON value
        A value for every parameter.
    until : str
        Name of the last node wanted; empty for all.
    """

    def __init__(self, graph: Graph, parameters: Mapping[str, Any], until: str = "") -> None:
        self.graph = graph
        self.parameters = parameters
        self.states: dict[str, str] = {}
        self.outputs: dict[str, Mapping[str, Value]] = {}
        self.wanted = _ancestors(graph, until) if until else {node.name for node in graph.nodes}
        nodes = [node for node in graph.nodes if node.name in self.wanted]
        self._downstream: dict[str, list[str]] = {node.name: [] for node in nodes}
        self._missing: dict[str, int] = {}
        for node in nodes:
            upstream = node.upstream()
            self._missing[node.name] = len(upstream)
            for name in upstream:
                self._downstream[name].append(node.name)
        self._rank = self._ranks(nodes)
        self._ready = [(*self._rank[name], name) for name, missing in self._missing.items() if not missing]
        heapq.heapify(self._ready)

    @property
    def is_done(self) -> bool:
        """Whether every wanted node has a final state."""
        return len(self.states) == len(self.wanted)

    def pop_ready(self) -> list[Node]:
        """Nodes that became ready since the last call, most urgent first."""
        found = []
        while self._ready:
            found.append(self.graph.by_name[heapq.heappop(self._ready)[-1]])
        return found

    def rank(self, node: str) -> tuple[int, int, int]:
        """Sort key of a node: priority, then longest way to the end, then order of definition."""
        return self._rank[node]

    def finish(self, node: str, state: str, outputs: Mapping[str, Value]) -> None:
        """Give a node its final state."""
        self.states[node] = state
        self.outputs[node] = outputs
        for name in self._downstream[node]:
            self._missing[name] -= 1
            if not self._missing[name]:
                heapq.heappush(self._ready, (*self._rank[name], name))

    def resolve(self, node: Node) -> Resolution:
        """Decide about a ready node: run it with which inputs, or why not.

        Raises
        ------
        ConditionError
            If its condition cannot be evaluated.
        """
        upstream = node.upstream()
        for name in upstream:
            if self.states[name] not in COMMITTED and self.states[name] != SKIPPED:
                return Resolution(UPSTREAM_FAILED, reason={"upstream": name, "state": self.states[name]})
        needed = {ref.node for port in node.inputs if _is_needed(port, node) for ref in _outputs_in(port.binding)}
        needed.update(ref.node for ref in _outputs_in(node.condition))
        for name in upstream:
            if self.states[name] == SKIPPED and name in needed:
                return Resolution(SKIPPED, reason={"upstream": name})
        if node.condition is not None and not evaluate(node.condition, self.lookup):
            return Resolution(SKIPPED, reason=self._condition_reason(node.condition))
        return Resolution(inputs={port.name: self.bound(port.binding) for port in node.inputs})

    def bound(self, binding: Binding) -> Value:
        """The value behind a binding; None where its producer was skipped."""
        if isinstance(binding, Const):
            return Inline(binding.value)
        if isinstance(binding, ParameterRef):
            return Inline(self.parameters[binding.name])
        if isinstance(binding, Gather):
            return Gathered(tuple(self.bound(item) for item in binding.items))
        return self.outputs[binding.node].get(binding.port, Inline(None))

    def lookup(self, ref: ParameterRef | OutputRef) -> Any:
        """JSON value of a reference in a condition."""
        value = self.bound(ref)
        if isinstance(value, Gathered) and all(isinstance(item, Inline) for item in value.items):
            return [item.json for item in value.items if isinstance(item, Inline)]
        if not isinstance(value, Inline):
            raise ConditionError(
                f"`{ref}` is an artifact, not a value that can be compared",
                where=f"pipeline '{self.graph.name}'",
                fix="compare a key of Metrics, or a step's JSON output",
            )
        return value.json

    def run_outputs(self) -> dict[str, Value]:
        """The run's outputs whose producers have committed."""
        return {
            name: self.bound(binding)
            for name, binding in self.graph.outputs.items()
            if all(self.states.get(ref.node) in COMMITTED for ref in _outputs_in(binding))
        }

    def has_failed(self) -> bool:
        """Whether any node failed."""
        return FAILED in self.states.values()

    def _condition_reason(self, condition: Expression) -> dict[str, Any]:
        values = {str(ref): self.lookup(ref) for ref in references(condition)}
        return {"condition": str(condition), "values": values}

    def _ranks(self, nodes: list[Node]) -> dict[str, tuple[int, int, int]]:
        length: dict[str, int] = {}
        for node in reversed(nodes):
            length[node.name] = 1 + max((length[name] for name in self._downstream[node.name]), default=0)
        return {node.name: (-node.policy.priority, -length[node.name], index) for index, node in enumerate(nodes)}


def _is_needed(port: Input, node: Node) -> bool:
    """Whether a skipped producer of the input skips the node; an optional item is no optional list."""
    is_mapped = node.map is not None and node.map.over == port.name and isinstance(port.binding, OutputRef)
    return is_mapped or not port.type.is_optional


def _outputs_in(expression: Expression | Binding | None) -> list[OutputRef]:
    if expression is None:
        return []
    return [ref for ref in references(expression) if isinstance(ref, OutputRef)]


def _ancestors(graph: Graph, until: str) -> set[str]:
    # The exit handler always runs, so it is nothing to stop at.
    known = [node.name for node in graph.nodes]
    if until not in known:
        raise NotFoundError(
            f"pipeline '{graph.name}' has no step '{until}'; {closest(until, known)}",
            where="--until",
            fix="name one of its steps",
        )
    found: set[str] = set()
    waiting = [until]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(graph.by_name[name].upstream())
    return found
