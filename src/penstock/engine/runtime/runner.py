"""The runner: starts, resumes and ends runs around the scheduler."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from penstock.core.artifact import Gathered, Inline, Value, value_to_json
from penstock.core.error import LeaseError, UsageError
from penstock.core.expression import Const
from penstock.core.graph import Graph, Node, Policy
from penstock.core.plugin import load_plugin
from penstock.core.protocol import BlobStore, Executor, ExecutorSetup
from penstock.core.record import Batch, ExecutionRecord, RunRecord, latest_attempts
from penstock.core.state import ABANDONED, CANCELED, COMPLETE, FAILED, RUNNING
from penstock.engine.config import Settings
from penstock.engine.runtime.cache_key import KeyFacts
from penstock.engine.runtime.executor.inline import InlineExecutor
from penstock.engine.runtime.executor.process_tree import gpu_count, total_memory_bytes
from penstock.engine.runtime.frontier import Frontier
from penstock.engine.runtime.heartbeat import TTL_S, Heartbeat
from penstock.engine.runtime.journal import Journal
from penstock.engine.runtime.ledger import Emit, Ledger, now_us
from penstock.engine.runtime.options import RunOptions
from penstock.engine.runtime.parameters import bind_parameters
from penstock.engine.runtime.prepared import Prepared
from penstock.engine.runtime.resources import Capacity, Resources
from penstock.engine.runtime.scheduler import Scheduler, Surroundings

if TYPE_CHECKING:
    from penstock.engine.store import Store

PACKAGE = "package.zip"


@dataclass(frozen=True, slots=True)
class Place:
    """Where runs happen.

    Parameters
    ----------
    settings : Settings
    store : Store
    blobs : BlobStore
    artifacts : str
        URL of the blob store with secrets resolved, for workers.
    """

    settings: Settings
    store: Store
    blobs: BlobStore
    artifacts: str

    @property
    def home(self) -> Path:
        """The workspace folder."""
        return self.settings.home


def check_request(prepared: Prepared, given: Mapping[str, Any], options: RunOptions) -> dict[str, Any]:
    """A value for every parameter, once it is sure that the run can be started; nothing is opened or made.

    Raises
    ------
    ParameterError, NotFoundError
        If the parameters do not fit the pipeline, or ``options.until`` is none of its steps.
    """
    parameters = bind_parameters(prepared.graph, given)
    Frontier(prepared.graph, parameters, options.until)
    return parameters


def start_executor_ahead(settings: Settings, options: RunOptions) -> None:
    """Let the executor begin to start while the caller opens the store."""
    if not options.inline:
        plugin = load_plugin("penstock.executors", settings.executor)
        if "start_ahead" in plugin.capabilities:
            plugin.start_ahead()


def start(
    place: Place,
    prepared: Prepared,
    parameters: Mapping[str, Any],
    options: RunOptions,
    emit: Emit,
) -> RunRecord:
    """Run a pipeline from the beginning.

    Parameters
    ----------
    place : Place
    prepared : Prepared
    parameters : mapping of str to JSON value
        As `check_request` gives them.
    options : RunOptions
    emit : callable
        Takes events.

    Returns
    -------
    RunRecord
        In its final state.
    """
    package = store_package(place.blobs, prepared)
    created_us = now_us()
    record = RunRecord(
        run=new_run_id(prepared.graph.name, created_us),
        pipeline=prepared.graph.name,
        state=RUNNING,
        graph_digest=prepared.graph.digest,
        package_digest=package,
        parameters=parameters,
        created_us=created_us,
        properties=_facts(prepared, options),
    )
    lease = place.store.leases.acquire(lease_name(record.run), ttl_s=TTL_S)
    journal = Journal(place.store.runs, place.store.leases, lease)
    return _Execution(place, prepared, record, journal, options, emit).carry_out({})


def resume(place: Place, prepared: Prepared, record: RunRecord, options: RunOptions, emit: Emit) -> RunRecord:
    """Finish an interrupted, failed or cancelled run: what has committed stays, the rest runs.

    Raises
    ------
    UsageError
        If the run is complete, or its pipeline is not the one given.
    LeaseError
        If it is still being run.
    """
    where = f"run {record.run}"
    if record.state == COMPLETE:
        raise UsageError(f"run {record.run} is complete", where=where, fix="start a new run: penstock run")
    if record.graph_digest != prepared.graph.digest:
        raise UsageError(
            f"pipeline '{record.pipeline}' has changed since run {record.run} was started",
            where=where,
            fix=f"finish it with the recorded sources: penstock resume {record.run} --recorded; or start a new run",
        )
    lease = place.store.leases.acquire(lease_name(record.run), ttl_s=TTL_S)
    journal = Journal(place.store.runs, place.store.leases, lease)
    executions = place.store.runs.executions(record.run)
    for execution in executions:
        if execution.state == RUNNING:
            journal.execution(replace(execution, state=ABANDONED))
    earlier = {(execution.step, execution.item): execution for execution in latest_attempts(executions)}
    properties = {**record.properties, **_facts(prepared, options)}
    properties.pop(CANCEL, None)
    record = replace(record, state=RUNNING, finished_us=0, properties=properties)
    return _Execution(place, prepared, record, journal, options, emit).carry_out(earlier)


CANCEL = "cancel_requested"


def lease_name(run: str) -> str:
    """Name of the lease that a run is written under."""
    return f"run:{run}"


def request_cancel(place: Place, record: RunRecord) -> None:
    """Ask whoever runs it to stop; a run that nobody runs is marked cancelled."""
    if record.state != RUNNING:
        raise UsageError(
            f"run {record.run} is {record.state}", where=f"run {record.run}", fix="only a running run can be cancelled"
        )
    held = {lease.name for lease in place.store.leases.live()}
    if lease_name(record.run) in held:
        wish = replace(record, properties={**record.properties, CANCEL: True})
        place.store.runs.record(Batch(run=wish))
        return
    _close_dead(place, record, CANCELED)


def sweep(place: Place) -> None:
    """Mark runs whose runner died as abandoned, with the executions it left running."""
    running = [record for record in place.store.runs.runs() if record.state == RUNNING]
    if not running:
        return
    held = {lease.name for lease in place.store.leases.live()}
    for record in running:
        if lease_name(record.run) not in held:
            _close_dead(place, record, ABANDONED)


def _close_dead(place: Place, record: RunRecord, state: str) -> None:
    try:
        lease = place.store.leases.acquire(lease_name(record.run), ttl_s=TTL_S)
    except LeaseError:
        # Somebody resumed it meanwhile: it is alive.
        return
    journal = Journal(place.store.runs, place.store.leases, lease)
    for execution in place.store.runs.executions(record.run):
        if execution.state == RUNNING:
            journal.execution(replace(execution, state=ABANDONED))
    journal.close(replace(record, state=state, finished_us=now_us()))


def new_run_id(pipeline: str, created_us: int) -> str:
    """An id that people can read, sort and tell apart: ``taxi-20261120-101500-k3f9``."""
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(created_us / 1e6))
    name = "".join(char if char.isalnum() else "-" for char in pipeline).strip("-") or "run"
    letters = random.SystemRandom().choices("abcdefghjkmnpqrstuvwxyz23456789", k=4)
    return f"{name}-{stamp}-{''.join(letters)}"


def store_package(blobs: BlobStore, prepared: Prepared) -> str:
    """Put the package of a pipeline into the blob store; identical ones are kept once."""
    staged = blobs.stage()
    prepared.package(staged / PACKAGE)
    return blobs.commit(staged).digest


class _Execution:
    """One pass over a run, from taking the lease to giving it back."""

    def __init__(
        self, place: Place, prepared: Prepared, record: RunRecord, journal: Journal, options: RunOptions, emit: Emit
    ) -> None:
        self.place = place
        self.prepared = prepared
        self.record = record
        self.journal = journal
        self.options = options
        self.emit = emit
        self.executor: Executor | None = None
        self.heartbeat: Heartbeat | None = None

    def carry_out(self, earlier: Mapping[tuple[str, int], ExecutionRecord]) -> RunRecord:
        """Run the graph and its exit handler, and record how it ended."""
        began = time.monotonic()
        self.journal.run(self.record)
        self.journal.flush()
        frontier = Frontier(self.prepared.graph, self.record.parameters, self.options.until)
        if not self.options.inline:
            (self.place.home / "logs" / self.record.run).mkdir(parents=True, exist_ok=True)
        self.executor = self._executor()
        self._emit_started(frontier)
        self.heartbeat = Heartbeat(self.place.store.leases, self.journal.lease)
        try:
            state = self._drive(frontier, earlier)
            state = self._exit_handler(frontier, state, earlier)
        finally:
            self.executor.close()
            self.heartbeat.stop()
        return self._end(frontier, state, time.monotonic() - began)

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
        self, frontier: Frontier, earlier: Mapping[tuple[str, int], ExecutionRecord], *, is_cached: bool
    ) -> Scheduler:
        assert self.executor is not None
        assert self.heartbeat is not None
        facts = KeyFacts(self.prepared.source, self.prepared.external, f"pipeline '{self.record.pipeline}'")
        surroundings = Surroundings(
            pipeline=self.record.pipeline,
            executor=self.executor,
            ledger=Ledger(self.record.run, self.journal, self.emit),
            heartbeat=self.heartbeat,
            lineage=self.place.store.lineage,
            blobs=self.place.blobs,
            keys=facts,
            fingerprints=self.prepared.parts,
            resources=Resources(self._capacity(), is_immediate=self.options.inline),
            home=self.place.home,
            is_cached=is_cached,
            has_logs=not self.options.inline,
            earlier=earlier,
        )
        return Scheduler(frontier, surroundings, self._is_cancel_requested)

    def _exit_handler(self, frontier: Frontier, state: str, earlier: Mapping[tuple[str, int], ExecutionRecord]) -> str:
        """Run the exit handler, whatever happened; its own failure fails the run."""
        node = self.prepared.graph.on_exit
        if node is None:
            return state
        failed = sorted(name for name, known in frontier.states.items() if known == FAILED)
        status = {"run": self.record.run, "pipeline": self.record.pipeline, "state": state, "failed": failed}
        last = Frontier(_only(self.prepared.graph, node, status), self.record.parameters)
        done = {key: record for key, record in earlier.items() if key[0] == node.name}
        done = {key: replace(record, state=ABANDONED) for key, record in done.items()}
        scheduler = self._scheduler(last, done, is_cached=False)
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
        return bool(self.place.store.runs.run(self.record.run).properties.get(CANCEL))


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


def _facts(prepared: Prepared, options: RunOptions) -> dict[str, Any]:
    """Volatile facts of a run: properties in the store, never part of an artifact."""
    main = prepared.project.main
    return {
        "user": os.environ.get("USER") or str(os.getuid()),
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "folder": os.getcwd(),
        "file": "" if main is None else str(main),
        "until": options.until,
        "inline": options.inline,
        "is_cached": options.is_cached,
    }


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
