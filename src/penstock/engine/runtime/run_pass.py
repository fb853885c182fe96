"""One pass over a run: the scheduler, the exit handler, and what is told and recorded around them."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from types import FrameType
from typing import Any

from penstock.core.artifact import Gathered, Inline, Value, value_to_json
from penstock.core.clock import now_us
from penstock.core.error import StoreError
from penstock.core.expression import Const
from penstock.core.graph import Graph, Node, Policy
from penstock.core.plugin import load_plugin
from penstock.core.protocol import Executor, ExecutorSetup
from penstock.core.record import ExecutionRecord, RunRecord
from penstock.core.state import CANCELED, COMPLETE, FAILED
from penstock.engine.runtime.executor.inline import InlineExecutor
from penstock.engine.runtime.executor.process_tree import gpu_count, total_memory_bytes
from penstock.engine.runtime.frontier import Frontier
from penstock.engine.runtime.heartbeat import Heartbeat
from penstock.engine.runtime.journal import Journal
from penstock.engine.runtime.ledger import Emit, Ledger
from penstock.engine.runtime.options import RunOptions
from penstock.engine.runtime.place import Place
from penstock.engine.runtime.prepared import PACKAGE, Prepared
from penstock.engine.runtime.resources import Capacity, Resources
from penstock.engine.runtime.scheduler import Scheduler, Surroundings


class RunPass:
    """One pass over a run, whose lease is held: from its first record to giving the lease back.

    Parameters
    ----------
    place : Place
    prepared : Prepared
    record : RunRecord
    journal : Journal
        May already hold entries, which are written with the run's.
    options : RunOptions
    emit : callable
        Takes events.
    """

    def __init__(
        self, place: Place, prepared: Prepared, record: RunRecord, journal: Journal, options: RunOptions, emit: Emit
    ) -> None:
        self.place = place
        self.prepared = prepared
        self.record = record
        self.journal = journal
        self.options = options
        self.emit = emit
        self.heartbeat = Heartbeat(place.store.leases, journal.lease)
        self.executor: Executor | None = None

    def carry_out(self, earlier: Mapping[tuple[str, int], ExecutionRecord]) -> RunRecord:
        """Run the graph and its exit handler, and record how it ended.

        An error on the way (a full disk, a lost lease, an interrupt) leaves the run to be resumed.

        Parameters
        ----------
        earlier : mapping of (step, item) to ExecutionRecord
            Last attempts of earlier passes.
        """
        began = time.monotonic()
        try:
            try:
                frontier = Frontier(self.prepared.graph, self.record.parameters, self.options.until)
                self._begin(frontier)
                state = self._drive(frontier, earlier)
                state = self._exit_handler(frontier, state, earlier)
            finally:
                self.heartbeat.stop()
                self._close_executor()
            return self._end(frontier, state, time.monotonic() - began)
        except BaseException:
            # Without its lease the run counts as abandoned, for whoever looks next.
            with suppress(StoreError):
                self.place.store.leases.release(self.journal.lease)
            raise

    def _begin(self, frontier: Frontier) -> None:
        self.journal.run(self.record)
        self.journal.flush()
        if not self.options.inline:
            (self.place.home / "logs" / self.record.run).mkdir(parents=True, exist_ok=True)
        self.executor = self._executor()
        self._emit_started(frontier)

    def _close_executor(self) -> None:
        if self.executor is not None:
            self.executor.close()

    def _emit_started(self, frontier: Frontier) -> None:
        """Say that the run begins, and which settings of its steps have no effect here."""
        assert self.executor is not None
        event = {"event": "run_started", "run": self.record.run, "pipeline": self.record.pipeline}
        nodes = [self.prepared.graph.by_name[name] for name in sorted(frontier.wanted)]
        ignored = ignored_settings(nodes, self.executor.capabilities)
        self.emit({**event, "steps": len(nodes), **({"ignored": ignored} if ignored else {})})

    def _drive(self, frontier: Frontier, earlier: Mapping[tuple[str, int], ExecutionRecord]) -> str:
        scheduler = self._scheduler(frontier, earlier, is_cached=self.options.is_cached)
        with _interruptible(scheduler.cancel):
            scheduler.run()
        if scheduler.is_canceled and CANCELED in frontier.states.values():
            return CANCELED
        return FAILED if frontier.has_failed() else COMPLETE

    def _scheduler(
        self,
        frontier: Frontier,
        earlier: Mapping[tuple[str, int], ExecutionRecord],
        *,
        is_cached: bool,
        heeds_wishes: bool = True,
    ) -> Scheduler:
        assert self.executor is not None
        surroundings = Surroundings(
            pipeline=self.record.pipeline,
            executor=self.executor,
            ledger=Ledger(self.record.run, self.journal, self.emit),
            heartbeat=self.heartbeat,
            lineage=self.place.store.lineage,
            blobs=self.place.blobs,
            keys=self.prepared.key_facts(),
            fingerprints=self.prepared.parts,
            resources=Resources(self._capacity(), is_immediate=self.options.inline),
            home=self.place.home,
            is_cached=is_cached,
            has_logs=not self.options.inline,
            earlier=earlier,
        )
        return Scheduler(frontier, surroundings, self._is_cancel_requested if heeds_wishes else lambda: False)

    def _exit_handler(self, frontier: Frontier, state: str, earlier: Mapping[tuple[str, int], ExecutionRecord]) -> str:
        """Run the exit handler, whatever happened; its own failure fails the run."""
        node = self.prepared.graph.on_exit
        if node is None:
            return state
        failed = sorted(name for name, known in frontier.states.items() if known == FAILED)
        status = {"run": self.record.run, "pipeline": self.record.pipeline, "state": state, "failed": failed}
        last = Frontier(_only(self.prepared.graph, node, status), self.record.parameters)
        done = {key: record for key, record in earlier.items() if key[0] == node.name}
        # A wish to stop was for what came before: the handler runs all the same.
        scheduler = self._scheduler(last, done, is_cached=False, heeds_wishes=False)
        with _interruptible(scheduler.cancel):
            scheduler.run()
        return FAILED if last.has_failed() and state == COMPLETE else state

    def _end(self, frontier: Frontier, state: str, duration_s: float) -> RunRecord:
        outputs = frontier.run_outputs()
        self.record = replace(
            self.record,
            state=state,
            outputs=outputs,
            finished_us=now_us(),
            duration_s=self.record.duration_s + duration_s,
        )
        self.journal.close(self.record)
        if state == COMPLETE:
            shutil.rmtree(self.place.home / "checkpoints" / self.record.run, ignore_errors=True)
        self.emit(
            {
                "event": "run_finished",
                "run": self.record.run,
                "status": state,
                "seconds": round(duration_s, 6),
                "outputs": {name: _shown(value) for name, value in outputs.items()},
            }
        )
        return self.record

    def _executor(self) -> Executor:
        if self.options.inline:
            return InlineExecutor(self.prepared.function, self.place.blobs)
        setup = ExecutorSetup(
            workers=self._workers(),
            package=str(self.place.blobs.fetch(self.record.package_digest) / PACKAGE),
            root=str(self.prepared.project.root),
            artifacts=self.place.artifacts,
            cache=str(self.place.home / "cache"),
            options=self.place.settings.executor_options,
        )
        executor: Executor = load_plugin("penstock.executors", self.place.settings.executor)(setup)
        return executor

    def _workers(self) -> int:
        wanted = self.options.workers if self.options.workers is not None else self.place.settings.workers
        return wanted or len(os.sched_getaffinity(0))

    def _capacity(self) -> Capacity:
        workers = 1 if self.options.inline else self._workers()
        return Capacity(workers, gpu=float(gpu_count()), memory_bytes=total_memory_bytes())

    def _is_cancel_requested(self) -> bool:
        return self.place.store.stops.is_requested(self.journal.lease)


_CAPABILITY_OF = {"timeout_s": "timeout", "memory_bytes": "memory", "image": "image", "requirements": "requirements"}


def ignored_settings(nodes: Iterable[Node], capabilities: frozenset[str]) -> dict[str, list[str]]:
    """Names of steps by the setting of theirs that an executor of these capabilities does not heed."""
    default = Policy()
    found: dict[str, list[str]] = {}
    for node in nodes:
        for name, capability in _CAPABILITY_OF.items():
            if capability not in capabilities and getattr(node.policy, name) != getattr(default, name):
                found.setdefault(name, []).append(node.name)
    return found


def _only(graph: Graph, node: Node, status: dict[str, Any]) -> Graph:
    """A graph of the exit handler alone, with its status filled in."""
    inputs = tuple(replace(port, binding=Const(status)) if port.name == "status" else port for port in node.inputs)
    return Graph(graph.name, graph.parameters, (replace(node, inputs=inputs),))


def _shown(value: Value) -> Any:
    """An output in an event: a JSON value as it is, an artifact as kind and digest, a list of either."""
    if isinstance(value, Gathered):
        return [_shown(item) for item in value.items]
    return value.json if isinstance(value, Inline) else value_to_json(value)


@contextmanager
def _interruptible(cancel: Callable[[], None]) -> Iterator[None]:
    """First SIGINT or SIGTERM cancels the run in order; the second one interrupts at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def handle(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, before[signal.Signals(number)] or signal.SIG_DFL)
        cancel()

    for number in before:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
