"""Any schedule respects the order, ends every node once, and never takes more than there is."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulation import ANY, CANCELLATION, Doing, Expected, Plan, SimulatedExecutor, expected_states, plans

from penstock.core.error import DataError
from penstock.core.expression import Const, Operation, OutputRef
from penstock.core.graph import Graph, Input, MapSpec, Node, Output, Policy, StepRef
from penstock.core.protocol import BlobStore, TaskEvent
from penstock.core.record import ExecutionRecord
from penstock.core.state import CACHED, CANCELED, COMMITTED, COMPLETE, FAILED, FINISHED, SKIPPED, UPSTREAM_FAILED
from penstock.engine.runtime.cache_key import KeyFacts
from penstock.engine.runtime.frontier import Frontier
from penstock.engine.runtime.heartbeat import Heartbeat
from penstock.engine.runtime.journal import Journal
from penstock.engine.runtime.ledger import Ledger
from penstock.engine.runtime.resources import Capacity, Resources
from penstock.engine.runtime.scheduler import Scheduler, Surroundings
from penstock.engine.store import Store, open_blobs, open_store
from penstock.testing.records import some_digest, some_run

_NUMBERS = itertools.count()


class Bench:
    """Runs plans over a real store."""

    def __init__(self, folder: Path) -> None:
        self.store: Store = open_store(f"sqlite:///{folder}/store.db")
        self.blobs: BlobStore = open_blobs(str(folder / "artifacts"), cache=folder / "cache")
        self.home = folder

    def run(self, plan: Plan, run: str = "", **changes: Any) -> Done:
        """One pass over a run of a plan."""
        name = run or f"r{next(_NUMBERS)}"
        executor: SimulatedExecutor = changes.pop("executor", None) or SimulatedExecutor(plan)
        source: str = changes.pop("source", "s")
        external: Mapping[str, Callable[..., str]] = changes.pop("external", {})
        cancel_after: int = changes.pop("cancel_after", -1)
        events: list[dict[str, Any]] = []
        journal = Journal(self.store.runs, self.store.leases, self.store.leases.acquire(f"run:{name}", ttl_s=60))
        journal.run(some_run(name, pipeline="p"))
        frontier = Frontier(plan.graph, {}, changes.pop("until", ""))

        def emit(event: dict[str, Any]) -> None:
            events.append(event)
            if len(events) == cancel_after:
                scheduler.cancel()

        facts = KeyFacts(lambda node: some_digest(source + node.step.qualname), external, "pipeline 'p'")
        fingerprints = {facts.source(node): {} for node in plan.graph.nodes}
        surroundings = Surroundings(
            "p",
            executor,
            Ledger(name, journal, emit),
            heartbeat := Heartbeat(self.store.leases, journal.lease),
            self.store.lineage,
            self.blobs,
            facts,
            fingerprints,
            Resources(plan.capacity),
            self.home,
            **{"is_cached": False, **changes},
        )
        scheduler = Scheduler(frontier, surroundings, lambda: False)
        scheduler.run()
        heartbeat.stop()
        journal.close(some_run(name, pipeline="p", state=COMPLETE))
        return Done(name, frontier, events, self.store.runs.executions(name), executor)


class Done:
    """What a run left behind."""

    def __init__(
        self,
        run: str,
        frontier: Frontier,
        events: list[dict[str, Any]],
        executions: list[ExecutionRecord],
        executor: SimulatedExecutor,
    ) -> None:
        self.run = run
        self.states = frontier.states
        self.frontier = frontier
        self.events = events
        self.executions = executions
        self.submitted = executor.submitted

    @property
    def last(self) -> dict[tuple[str, int], ExecutionRecord]:
        """Last attempt of each step and item."""
        found: dict[tuple[str, int], ExecutionRecord] = {}
        for execution in sorted(self.executions, key=lambda one: one.attempt):
            found[execution.step, execution.item] = execution
        return found


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("bench"))


def finished(done: Done) -> Counter[tuple[str, int]]:
    return Counter((event["step"], event["item"]) for event in done.events if event["event"] == "step_finished")


def check_order(plan: Plan, done: Done) -> None:
    """Nothing starts before all that it waits for has ended."""
    ends = {event["step"]: at for at, event in enumerate(done.events) if event["event"] == "step_finished"}
    for at, event in enumerate(done.events):
        if event["event"] in ("step_started", "step_finished"):
            for name in plan.graph.by_name[event["step"]].upstream():
                assert ends[name] < at


def check_records(expected: Expected, done: Done) -> None:
    """The store has every attempt once, and nothing is left running."""
    attempts = Counter((one.step, one.item) for one in done.executions)
    assert attempts == {key: max(1, count) for key, (_, count) in expected.items.items()}
    for one in done.executions:
        state, count = expected.items[one.step, one.item]
        assert one.state == (state if one.attempt == max(1, count) else FAILED)


@settings(max_examples=60)
@given(plan=plans())
def test_any_schedule(bench: Bench, plan: Plan) -> None:
    done, expected = bench.run(plan), expected_states(plan)
    assert done.states == expected.nodes
    assert finished(done) == dict.fromkeys(expected.items, 1)
    check_order(plan, done)
    check_records(expected, done)
    retries = sum(max(0, count - 1) for _, count in expected.items.values())
    assert sum(event["event"] == "step_retry" for event in done.events) == retries
    assert len(done.submitted) == sum(count for _, count in expected.items.values())


@settings(max_examples=60)
@given(plan=plans())
def test_resuming_runs_only_what_has_not_committed(bench: Bench, plan: Plan) -> None:
    first = bench.run(plan)
    mended = plan.without_failures()
    second = bench.run(mended, first.run, earlier=first.last)
    assert second.states == expected_states(mended).nodes
    committed = {key for key, one in first.last.items() if one.state in COMMITTED}
    assert not committed & {(step, item) for step, item, _ in second.submitted}
    check_order(plan, second)
    counts = Counter((one.step, one.item) for one in second.executions if one.state in COMMITTED)
    assert set(counts.values()) <= {1}
    for key in expected_states(mended).items:
        if key in first.last and key not in committed:
            assert second.last[key].attempt == first.last[key].attempt + 1


@settings(max_examples=60)
@given(plan=plans())
def test_a_second_run_reuses_what_the_first_committed(bench: Bench, plan: Plan) -> None:
    source = f"source {next(_NUMBERS)}"
    first = bench.run(plan, source=source, is_cached=True)
    mended = plan.without_failures()
    second = bench.run(mended, source=source, is_cached=True)
    made = {(step, item) for step, item, _ in first.submitted if first.last[step, item].state == COMPLETE}
    assert not made & {(step, item) for step, item, _ in second.submitted}
    for key in made:
        assert second.last[key].state == CACHED
        assert second.last[key].outputs == first.last[key].outputs
        # Items with equal inputs have equal keys: either of them will do.
        same = [one for one in first.last.values() if one.cache_key == second.last[key].cache_key]
        assert second.last[key].cached_from in [f"{first.run}/{one.label}" for one in same]
    third = bench.run(mended, source=source, is_cached=True)
    assert third.submitted == []


@settings(max_examples=60)
@given(plan=plans(), cancel_after=st.integers(1, 20))
def test_cancelling_ends_every_node_once(bench: Bench, plan: Plan, cancel_after: int) -> None:
    done = bench.run(plan, cancel_after=cancel_after)
    assert set(done.states) == {node.name for node in plan.graph.nodes}
    assert set(finished(done).values()) <= {1}
    assert {one.state for one in done.executions} <= FINISHED
    check_order(plan, done)
    if CANCELED in done.states.values():
        resumed = bench.run(plan.without_failures(), done.run, earlier=done.last)
        assert resumed.states == expected_states(plan.without_failures()).nodes


# Single rules.


def node(name: str, *upstream: str, **more: Any) -> Node:
    inputs = tuple(Input(f"x{index}", ANY, OutputRef(other, "output")) for index, other in enumerate(upstream))
    return Node(name, StepRef("flow", name), inputs, (Output("output", ANY), Output("flag", ANY)), **more)


def plan_of(*nodes: Node, workers: int = 1, **doings: Doing) -> Plan:
    graph = Graph("p", nodes=nodes)
    return Plan(graph, {one.name: doings.get(one.name, Doing()) for one in nodes}, Capacity(workers, 1.0, 100))


def test_failed_skipped_and_upstream_failed_are_three_states(bench: Bench) -> None:
    condition = Operation("==", (OutputRef("a", "flag"), Const(False)))
    nodes = (
        node("a"),
        node("skipped", condition=condition),
        node("after_skipped", "skipped"),
        node("failed", "a"),
        node("after_failed", "failed"),
        node("other", "a"),
    )
    done = bench.run(plan_of(*nodes, failed=Doing(failures=1)))
    assert done.states == {
        "a": COMPLETE,
        "skipped": SKIPPED,
        "after_skipped": SKIPPED,
        "failed": FAILED,
        "after_failed": UPSTREAM_FAILED,
        "other": COMPLETE,
    }
    reasons = {one.step: one.reason for one in done.executions if one.reason}
    assert reasons["skipped"] == {"condition": "a.flag == False", "values": {"a.flag": True}}
    assert reasons["after_skipped"] == {"upstream": "skipped"}
    assert reasons["after_failed"] == {"upstream": "failed", "state": FAILED}
    assert reasons["failed"]["error"]["traceback"] == "Traceback"


def test_the_most_urgent_starts_first(bench: Bench) -> None:
    nodes = (node("short"), node("long"), node("end", "long"), node("urgent", policy=Policy(priority=1)))
    done = bench.run(plan_of(*nodes))
    assert [name for name, _, _ in done.submitted] == ["urgent", "long", "short", "end"]


def test_a_small_step_passes_a_big_one_that_does_not_fit(bench: Bench) -> None:
    big = node("big", policy=Policy(cpu=4, priority=1))
    nodes = (node("first", policy=Policy(priority=2)), big, node("small"))
    executor = SimulatedExecutor(plan_of(*nodes, workers=4, first=Doing(duration=3)))
    done = bench.run(executor.plan, executor=executor)
    assert [name for name, _, _ in done.submitted] == ["first", "small", "big"]


@pytest.mark.parametrize(("failures", "retries", "state"), [(2, 2, COMPLETE), (3, 2, FAILED), (1, 0, FAILED)])
def test_retries(bench: Bench, failures: int, retries: int, state: str) -> None:
    plan = plan_of(node("a", policy=Policy(retries=retries, backoff_s=0)), a=Doing(failures=failures))
    done = bench.run(plan)
    assert done.states == {"a": state}
    attempts = min(failures, retries) + 1
    assert [one.attempt for one in done.executions] == list(range(1, attempts + 1))
    assert [event["attempt"] for event in done.events if event["event"] == "step_started"] == list(
        range(1, attempts + 1)
    )


def test_a_retry_waits_longer_each_time(bench: Bench) -> None:
    plan = plan_of(node("a", policy=Policy(retries=3, backoff_s=0.001)), a=Doing(failures=3))
    waits = [event["wait_s"] for event in bench.run(plan).events if event["event"] == "step_retry"]
    assert [0.5 <= wait / (0.001 * 2**index) <= 1.5 for index, wait in enumerate(waits)] == [True] * 3


def test_a_resumed_run_may_retry_again(bench: Bench) -> None:
    plan = plan_of(node("a", policy=Policy(retries=1, backoff_s=0)), a=Doing(failures=3))
    first = bench.run(plan)
    assert first.states == {"a": FAILED}
    second = bench.run(plan, first.run, earlier=first.last)
    assert second.states == {"a": COMPLETE}
    assert [(one.attempt, one.state) for one in second.executions] == [
        (1, FAILED),
        (2, FAILED),
        (3, FAILED),
        (4, COMPLETE),
    ]


def mapped(name: str, over: Any, **spec: Any) -> Node:
    binding = over if isinstance(over, OutputRef) else Const(over)
    outputs = (Output("output", ANY), Output("flag", ANY))
    return Node(name, StepRef("flow", name), (Input("item", ANY, binding),), outputs, map=MapSpec("item", **spec))


def test_items_run_beside_each_other_up_to_the_limit(bench: Bench) -> None:
    done = bench.run(plan_of(mapped("a", [1, 2, 3], max_parallel=2), node("b", "a"), workers=4))
    assert done.states == {"a": COMPLETE, "b": COMPLETE}
    assert sorted(done.submitted) == [("a", 0, 1), ("a", 1, 1), ("a", 2, 1), ("b", -1, 1)]


def test_a_failed_item_leaves_the_others_alone(bench: Bench) -> None:
    done = bench.run(plan_of(mapped("a", [1, 2, 3]), node("b", "a"), a=Doing(failures=1, failing_item=1)))
    assert [one.state for one in done.executions if one.step == "a"] == [COMPLETE, FAILED, COMPLETE]
    assert done.states == {"a": FAILED, "b": UPSTREAM_FAILED}


def test_nothing_to_map_over_is_complete(bench: Bench) -> None:
    done = bench.run(plan_of(mapped("a", []), mapped("b", OutputRef("a", "output")), node("c", "b")))
    assert done.states == {"a": COMPLETE, "b": COMPLETE, "c": COMPLETE}
    assert [(one.step, one.item, one.state) for one in done.executions] == [
        ("a", -1, COMPLETE),
        ("b", -1, COMPLETE),
        ("c", -1, COMPLETE),
    ]


def test_mapping_over_what_is_no_list_fails_the_step(bench: Bench) -> None:
    done = bench.run(plan_of(mapped("a", "abc"), node("b", "a"), node("c")))
    assert done.states == {"a": FAILED, "b": UPSTREAM_FAILED, "c": COMPLETE}
    assert done.last["a", -1].reason["error"]["what"] == "'a' maps over something that is no list"


def test_a_condition_that_cannot_be_evaluated_fails_the_step(bench: Bench) -> None:
    condition = Operation(">", (OutputRef("a", "flag"), Const("high")))
    done = bench.run(plan_of(node("a"), node("b", condition=condition), node("c", "b")))
    assert done.states == {"a": COMPLETE, "b": FAILED, "c": UPSTREAM_FAILED}
    error = done.last["b", -1].reason["error"]
    assert error["type"] == "ConditionError"
    assert "step 'b'" in error["where"]


@pytest.mark.parametrize("error", [DataError("no such file", where="there", fix="make it"), OSError("no network")])
def test_a_fingerprint_that_fails_fails_its_step_only(bench: Bench, error: Exception) -> None:
    def fingerprint() -> str:
        raise error

    done = bench.run(plan_of(node("a"), node("b")), external={"a": fingerprint})
    assert done.states == {"a": FAILED, "b": COMPLETE}


def test_until_stops_there(bench: Bench) -> None:
    done = bench.run(plan_of(node("a"), node("b", "a"), node("c", "b")), until="b")
    assert done.states == {"a": COMPLETE, "b": COMPLETE}


def test_cancelling_stops_what_runs_and_starts_nothing(bench: Bench) -> None:
    nodes = (node("a"), node("long"), node("waits"), node("behind", "a"))
    plan = plan_of(*nodes, workers=2, long=Doing(duration=5))
    done = bench.run(plan, cancel_after=4)
    assert [event["event"] for event in done.events[:4]] == [*["step_started"] * 2, "step_progress", "step_finished"]
    assert done.states == {"a": COMPLETE, "long": CANCELED, "waits": CANCELED, "behind": CANCELED}
    assert [name for name, _, _ in done.submitted] == ["a", "long"]
    assert done.last["long", -1].reason["error"] == CANCELLATION
    assert done.last["waits", -1].reason == {}


def test_a_wish_to_cancel_from_elsewhere_is_heard(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    from penstock.engine.runtime import scheduler

    monkeypatch.setattr(scheduler, "IDLE_S", 0.0)
    monkeypatch.setattr(Scheduler, "__init__", _with_wish(Scheduler.__init__))
    done = bench.run(plan_of(node("a"), node("b", "a"), a=Doing(duration=5)))
    assert done.states["b"] == CANCELED


def _with_wish(init: Callable[..., None]) -> Callable[..., None]:
    def wishing(self: Scheduler, frontier: Frontier, surroundings: Surroundings, _wish: Callable[[], bool]) -> None:
        init(self, frontier, surroundings, lambda: True)

    return wishing


def test_events_of_nobody_are_passed_over(bench: Bench) -> None:
    class Talkative(SimulatedExecutor):
        def poll(self, timeout_s: float) -> list[TaskEvent]:
            strange = {"outputs": {}, "seconds": 0.0, "pid": 1, "peak_memory_bytes": 0}
            return [TaskEvent("nobody[-1]", "finished", strange), *super().poll(timeout_s)]

    plan = plan_of(node("a"))
    assert bench.run(plan, executor=Talkative(plan)).states == {"a": COMPLETE}


def test_a_long_chain(bench: Bench) -> None:
    nodes = [node("n0"), *(node(f"n{index}", f"n{index - 1}") for index in range(1, 300))]
    assert set(bench.run(plan_of(*nodes)).states.values()) == {COMPLETE}
