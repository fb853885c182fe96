"""Runs on paper: random graphs, a plan of what each step does, and an executor that follows the plan.

Time is simulated. `expected_states` says how such a run ends, by recursion over the graph and
without any scheduler, so that the real scheduler can be held against it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from hypothesis import strategies as st

from penstock.core.expression import Binding, Const, Gather, Operation, OutputRef
from penstock.core.graph import Graph, Input, MapSpec, Node, Output, Policy, StepRef
from penstock.core.protocol import Task, TaskEvent
from penstock.core.signature import PARAMETER, PortType
from penstock.core.state import COMPLETE, FAILED, SKIPPED, UPSTREAM_FAILED
from penstock.engine.runtime.resources import Capacity

ANY = PortType(PARAMETER, "Any")
OPTIONAL = PortType(PARAMETER, "Any", is_optional=True)
CANCELLATION = {
    "type": "StepError",
    "what": "the step was cancelled",
    "where": "here",
    "fix": "resume",
    "traceback": "",
}
FAILURE = {"type": "StepError", "what": "planned", "where": "here", "fix": "none", "traceback": "Traceback"}


@dataclass(frozen=True)
class Doing:
    """What a step does: how long it takes, what it gives, and how many attempts at which item fail."""

    duration: int = 1
    flag: bool = True
    items: tuple[int, ...] = ()
    failures: int = 0
    failing_item: int = 0

    def fails(self, item: int, attempt: int) -> bool:
        return attempt <= self.failures and item in (-1, self.failing_item)


@dataclass(frozen=True)
class Plan:
    graph: Graph
    doings: Mapping[str, Doing]
    capacity: Capacity

    def without_failures(self) -> Plan:
        return replace(self, doings={name: replace(doing, failures=0) for name, doing in self.doings.items()})


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    nodes: list[Node] = []
    for index in range(draw(st.integers(1, 8))):
        nodes.append(draw(_nodes(f"n{index}", nodes)))
    doing = st.builds(
        Doing,
        duration=st.integers(1, 5),
        flag=st.booleans(),
        items=st.lists(st.integers(0, 9), max_size=3).map(tuple),
        failures=st.sampled_from([0, 0, 0, 1, 2, 4]),
        failing_item=st.integers(0, 2),
    )
    capacity = draw(st.builds(Capacity, st.integers(1, 4), st.just(1.0), st.just(100)))
    return Plan(Graph("p", nodes=tuple(nodes)), {node.name: draw(doing) for node in nodes}, capacity)


@st.composite
def _nodes(draw: st.DrawFn, name: str, earlier: list[Node]) -> Node:
    inputs = tuple(draw(_inputs(f"x{index}", earlier)) for index in range(draw(st.integers(0, 2))))
    over = None
    if draw(st.integers(0, 3)) == 0:
        bindings: list[Binding] = [Const([1, 2, 3]), Const([]), *(OutputRef(node.name, "output") for node in earlier)]
        inputs = (*inputs, Input("item", draw(st.sampled_from([ANY, OPTIONAL])), draw(st.sampled_from(bindings))))
        over = MapSpec("item", draw(st.integers(0, 2)))
    flags = [node.name for node in earlier if node.map is None]
    condition = None
    if flags and draw(st.booleans()):
        condition = Operation("==", (OutputRef(draw(st.sampled_from(flags)), "flag"), Const(draw(st.booleans()))))
    policy = Policy(
        retries=draw(st.integers(0, 2)),
        backoff_s=0.0,
        cpu=draw(st.sampled_from([0.0, 0.5, 1.0, 3.0])),
        memory_bytes=draw(st.sampled_from([0, 40, 200])),
        priority=draw(st.integers(-1, 1)),
    )
    after = tuple(draw(st.lists(st.sampled_from([node.name for node in earlier]), max_size=1))) if earlier else ()
    outputs = (Output("output", ANY), Output("flag", ANY))
    return Node(name, StepRef("flow", name), inputs, outputs, policy, over, condition, after)


@st.composite
def _inputs(draw: st.DrawFn, name: str, earlier: list[Node]) -> Input:
    refs = [OutputRef(node.name, "output") for node in earlier]
    bindings: list[Binding] = [Const(1), *refs, *(Gather((ref, Const(2))) for ref in refs)]
    return Input(name, draw(st.sampled_from([ANY, ANY, OPTIONAL])), draw(st.sampled_from(bindings)))


class SimulatedExecutor:
    """An `Executor` whose tasks follow a plan; it refuses to run more than the capacity allows."""

    capabilities: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.now = 0
        self.submitted: list[tuple[str, int, int]] = []
        self._running: dict[str, tuple[int, Task]] = {}
        self._canceled: set[str] = set()

    def submit(self, task: Task) -> None:
        name = task.node["name"]
        assert task.id not in self._running
        self._running[task.id] = (self.now + self.plan.doings[name].duration, task)
        self.submitted.append((name, task.item, task.attempt))
        self._check_limits(name)

    def _check_limits(self, name: str) -> None:
        capacity, nodes = self.plan.capacity, self.plan.graph.by_name
        running = [nodes[task.node["name"]] for _, task in self._running.values()]
        assert len(running) <= capacity.workers
        assert sum(min(node.policy.cpu, capacity.workers) for node in running) <= capacity.workers
        assert sum(min(node.policy.memory_bytes, capacity.memory_bytes) for node in running) <= capacity.memory_bytes
        spec = nodes[name].map
        if spec is not None and spec.max_parallel:
            assert sum(node.name == name for node in running) <= spec.max_parallel

    def poll(self, timeout_s: float) -> list[TaskEvent]:
        if not self._running:
            return []
        self.now = max(self.now, min(end for end, _ in self._running.values()))
        ended = [task for end, task in self._running.values() if end <= self.now]
        events = []
        for task in ended:
            del self._running[task.id]
            events.append(TaskEvent(task.id, "progress", {"done": 1, "total": 1, "note": ""}))
            events.append(TaskEvent(task.id, "finished", self._outcome(task)))
        return events

    def _outcome(self, task: Task) -> dict[str, Any]:
        doing = self.plan.doings[task.node["name"]]
        facts = {"seconds": float(doing.duration), "pid": 1, "peak_memory_bytes": 0}
        if task.id in self._canceled:
            return {"error": CANCELLATION, **facts}
        if doing.fails(task.item, task.attempt):
            return {"error": FAILURE, **facts}
        return {"outputs": {"output": {"value": list(doing.items)}, "flag": {"value": doing.flag}}, **facts}

    def cancel(self, task: str) -> None:
        assert task in self._running
        self._canceled.add(task)

    def close(self) -> None:
        self._running.clear()


@dataclass
class Expected:
    """How a run ends: the state of each node, and of each item with the number of its attempts."""

    nodes: dict[str, str] = field(default_factory=dict)
    items: dict[tuple[str, int], tuple[str, int]] = field(default_factory=dict)
    lengths: dict[str, int] = field(default_factory=dict)


def expected_states(plan: Plan) -> Expected:
    found = Expected()
    for node in plan.graph.nodes:
        state = _before(node, plan, found)
        if state:
            found.nodes[node.name] = state
            found.items[node.name, -1] = (state, 0)
            continue
        doing = plan.doings[node.name]
        count = _count(node, plan, found)
        for item in range(count) if node.map is not None else [-1]:
            failures = doing.failures if doing.fails(item, 1) else 0
            is_failed = failures > node.policy.retries
            attempts = 1 + min(failures, node.policy.retries)
            found.items[node.name, item] = (FAILED if is_failed else COMPLETE, attempts)
        states = {state for (name, _), (state, _) in found.items.items() if name == node.name}
        found.nodes[node.name] = FAILED if FAILED in states else COMPLETE
        if node.map is not None and not count:
            found.items[node.name, -1] = (COMPLETE, 0)
        found.lengths[node.name] = count if node.map is not None else len(doing.items)
    return found


def _before(node: Node, plan: Plan, found: Expected) -> str:
    """State that a node gets without running, empty if it runs."""
    upstream = {name: found.nodes[name] for name in node.upstream()}
    if {FAILED, UPSTREAM_FAILED} & set(upstream.values()):
        return UPSTREAM_FAILED
    needed = {
        ref.node
        for port in node.inputs
        if port.type is ANY or (node.map is not None and port.name == "item")
        for ref in (port.binding.items if isinstance(port.binding, Gather) else [port.binding])
        if isinstance(ref, OutputRef)
    }
    flag = ""
    if isinstance(node.condition, Operation):
        ref, wanted = node.condition.args
        assert isinstance(ref, OutputRef)
        assert isinstance(wanted, Const)
        flag = ref.node
        needed.add(flag)
        if upstream[flag] != SKIPPED and plan.doings[flag].flag != wanted.value:
            return SKIPPED
    return SKIPPED if any(upstream[name] == SKIPPED for name in needed) else ""


def _count(node: Node, plan: Plan, found: Expected) -> int:
    """Number of items that a mapped node has."""
    if node.map is None:
        return 1
    binding = node.inputs[-1].binding
    if isinstance(binding, Const):
        return len(binding.value)
    assert isinstance(binding, OutputRef)
    return found.lengths[binding.node]
