"""The scheduler: takes a run from its first ready step to its last.

One loop in the caller's thread. Ready nodes become work; work is reused from
the store where its key is known, else handed to the executor as resources allow.
"""

from __future__ import annotations

import heapq
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from penstock.core.artifact import Value, value_from_json, value_to_json
from penstock.core.error import PenstockError
from penstock.core.graph import Node, node_to_json
from penstock.core.protocol import BlobStore, Executor, Lineage, Task, TaskEvent
from penstock.core.record import NO_ITEM, ExecutionRecord
from penstock.core.state import ABANDONED, CACHED, CANCELED, COMMITTED, COMPLETE, FAILED, RUNNING
from penstock.engine.runtime.cache_key import CacheKey, KeyFacts, cache_key, fresh_key
from penstock.engine.runtime.frontier import Frontier
from penstock.engine.runtime.heartbeat import Heartbeat
from penstock.engine.runtime.ledger import Ledger
from penstock.engine.runtime.location import checkpoint_folder, log_file
from penstock.engine.runtime.resources import Resources
from penstock.engine.runtime.reuse import digests_of, find_hits, missing
from penstock.engine.runtime.work import MappedProgress, Work, items_of
from penstock.engine.runtime.worker import describe

IDLE_S = 1.0
LOOKAHEAD = 64
"""How many works that do not fit now are passed over in search of a smaller one."""
MAX_BACKOFF_S = 300.0


@dataclass(frozen=True)
class Surroundings:
    """What the scheduler works with.

    Parameters
    ----------
    pipeline : str
    executor : Executor
    ledger : Ledger
    heartbeat : Heartbeat
        Of the run's lease.
    lineage : Lineage
    blobs : BlobStore
    keys : KeyFacts
    fingerprints : mapping of str to JSON value
        Content of the source digests in the keys.
    resources : Resources
    home : Path
        The workspace, for logs and checkpoints.
    is_cached : bool
        Whether earlier results may be reused.
    has_logs : bool
        Whether output goes to log files.
    earlier : mapping of (step, item) to ExecutionRecord
        Last attempts of the same run, when it is resumed.
    """

    pipeline: str
    executor: Executor
    ledger: Ledger
    heartbeat: Heartbeat
    lineage: Lineage
    blobs: BlobStore
    keys: KeyFacts
    fingerprints: Mapping[str, Any]
    resources: Resources
    home: Path
    is_cached: bool = True
    has_logs: bool = True
    earlier: Mapping[tuple[str, int], ExecutionRecord] = field(default_factory=dict)


class Scheduler:
    """Runs the nodes of one frontier.

    Parameters
    ----------
    frontier : Frontier
    surroundings : Surroundings
    is_cancel_requested : callable
        Asked about once a second: whether somebody wants the run to stop.
    """

    def __init__(self, frontier: Frontier, surroundings: Surroundings, is_cancel_requested: Callable[[], bool]) -> None:
        self.frontier = frontier
        self.s = surroundings
        self.ledger = surroundings.ledger
        self.journal = surroundings.ledger.journal
        self._is_cancel_requested = is_cancel_requested
        self._queue: list[Work] = []
        self._running: dict[str, Work] = {}
        self._retries: list[tuple[float, Work]] = []
        self._mapped: dict[str, MappedProgress] = {}
        self._node_json: dict[str, dict[str, Any]] = {}
        self._asked = time.monotonic()
        self._is_cancel_sent = False
        self.is_canceled = False

    def cancel(self) -> None:
        """Stop: nothing new starts, what runs is stopped. Safe to call from a signal handler."""
        self.is_canceled = True

    def run(self) -> None:
        """Work until every node has a final state."""
        while True:
            if self.is_canceled and not self._is_cancel_sent:
                self._cancel_all()
            self._advance()
            self._dispatch()
            if self.frontier.is_done:
                break
            self._before_waiting()
            for event in self.s.executor.poll(self._wait_s()):
                self._handle(event)
        self.journal.flush()

    # Ready nodes become work, work is reused or queued.

    def _advance(self) -> None:
        """Settle every ready node that needs no executor, and queue the others."""
        while ready := self.frontier.pop_ready():
            fresh: list[Work] = []
            for node in ready:
                if self._is_cancel_sent:
                    self._settle(node, CANCELED, {})
                else:
                    fresh.extend(self._works_of(node))
            self._reuse_or_queue(fresh)

    def _works_of(self, node: Node) -> list[Work]:
        try:
            resolution = self.frontier.resolve(node)
            works = [] if resolution.state else self._expand(node, resolution.inputs)
            fresh = self._without_adopted(works)
            for work in fresh:
                work.key = cache_key(node, work.inputs, self.s.keys)
        except PenstockError as error:
            where = f"pipeline '{self.s.pipeline}', step '{node.name}'"
            self._mapped.pop(node.name, None)
            self._settle(node, FAILED, {"error": describe(error, where)})
            return []
        if resolution.state:
            self._settle(node, resolution.state, resolution.reason)
        elif node.map is not None and not works:
            self._finish_empty(node)
        return fresh

    def _expand(self, node: Node, inputs: Mapping[str, Value]) -> list[Work]:
        items = items_of(node, inputs)
        if node.map is not None:
            self._mapped[node.name] = MappedProgress(len(items))
        return [self._work(node, item, bound) for item, bound in items]

    def _work(self, node: Node, item: int, inputs: Mapping[str, Value]) -> Work:
        earlier = self.s.earlier.get((node.name, item))
        first = 1 if earlier is None else earlier.attempt + 1
        return Work(node, item, inputs, (*self.frontier.rank(node.name), item), attempt=first, first_attempt=first)

    def _without_adopted(self, works: list[Work]) -> list[Work]:
        """Take over what an earlier pass of this run has committed; returns the rest.

        A result whose artifacts are lost is given up, so that it can be made and committed again.
        """
        own = {(work.node.name, work.item): self.s.earlier.get((work.node.name, work.item)) for work in works}
        committed = {key: record for key, record in own.items() if record is not None and record.state in COMMITTED}
        lost = missing(self.s.blobs, committed.values())
        rest = []
        for work in works:
            record = committed.get((work.node.name, work.item))
            if record is None:
                rest.append(work)
            elif digests_of(record) & lost:
                self.journal.execution(replace(record, state=ABANDONED, reason={"lost": sorted(lost)}))
                rest.append(work)
            else:
                self._commit(work, record, is_new=False)
        return rest

    def _reuse_or_queue(self, works: list[Work]) -> None:
        hits: dict[str, ExecutionRecord] = {}
        if self.s.is_cached and works:
            self.journal.flush_if_old()
            hits = find_hits(self.s.lineage, self.s.blobs, {work.key.digest for work in works})
        for work in works:
            source = work.key.parts["source"]
            self.journal.fingerprint(source, self.s.fingerprints[source])
            if work.key.digest in hits:
                self._reuse(work, hits[work.key.digest])
            else:
                heapq.heappush(self._queue, work)

    def _reuse(self, work: Work, hit: ExecutionRecord) -> None:
        origin = hit.cached_from or f"{hit.run}/{hit.label}"
        self._commit(work, self.ledger.record(work, CACHED, outputs=hit.outputs, cached_from=origin))

    # Queued work is handed out.

    def _dispatch(self) -> None:
        now = time.monotonic()
        while self._retries and self._retries[0][0] <= now:
            heapq.heappush(self._queue, heapq.heappop(self._retries)[1])
        held: list[Work] = []
        while self._queue and self.s.resources.has_slot and len(held) < LOOKAHEAD:
            work = heapq.heappop(self._queue)
            if self._is_at_limit(work.node):
                self._mapped[work.node.name].held.append(work)
            elif self.s.resources.take(work.id, work.node.policy):
                self._start(work)
            else:
                held.append(work)
        for work in held:
            heapq.heappush(self._queue, work)

    def _is_at_limit(self, node: Node) -> bool:
        limit = 0 if node.map is None else node.map.max_parallel
        return bool(limit) and self._mapped[node.name].running >= limit

    def _start(self, work: Work) -> None:
        try:
            work.key = fresh_key(work.key, work.node, work.inputs, self.s.keys)
        except PenstockError as error:
            self.s.resources.give_back(work.id)
            where = f"pipeline '{self.s.pipeline}', step '{work.node.name}'"
            self._commit(work, self.ledger.record(work, FAILED, reason={"error": describe(error, where)}))
            return
        if work.node.map is not None:
            self._mapped[work.node.name].running += 1
        self._running[work.id] = work
        self.ledger.started(work, RUNNING)
        self.s.executor.submit(self._task(work))

    def _task(self, work: Work) -> Task:
        name, item, home, run = work.node.name, work.item, self.s.home, self.ledger.run
        if name not in self._node_json:
            self._node_json[name] = node_to_json(work.node)
        return Task(
            id=work.id,
            node=self._node_json[name],
            inputs={port: value_to_json(value) for port, value in work.inputs.items()},
            run=run,
            pipeline=self.s.pipeline,
            item=item,
            attempt=work.attempt,
            log_file=str(log_file(home, run, name, item)) if self.s.has_logs else "",
            checkpoints=str(checkpoint_folder(home, run, name, item)),
            timeout_s=work.node.policy.timeout_s,
            memory_bytes=work.node.policy.memory_bytes,
        )

    def _before_waiting(self) -> None:
        """Write, and ask now and then whether to stop."""
        if self.s.resources.is_immediate:
            self.journal.flush_if_old()
        else:
            self.journal.flush()
        self.s.heartbeat.check()
        if time.monotonic() - self._asked >= IDLE_S:
            self._asked = time.monotonic()
            self.is_canceled = self.is_canceled or self._is_cancel_requested()

    def _wait_s(self) -> float:
        if self.is_canceled and not self._is_cancel_sent:
            return 0.0
        if not self._retries:
            return IDLE_S
        return max(0.0, min(IDLE_S, self._retries[0][0] - time.monotonic()))

    # Events come back.

    def _handle(self, event: TaskEvent) -> None:
        work = self._running.get(event.task)
        if work is None:
            return
        if event.type == "finished":
            self._finished(work, event.data)
        else:
            self.ledger.logged(work, event)

    def _finished(self, work: Work, data: Mapping[str, Any]) -> None:
        del self._running[work.id]
        self.s.resources.give_back(work.id)
        if work.node.map is not None:
            self._let_next(self._mapped[work.node.name])
        facts: dict[str, Any] = {
            "duration_s": data["seconds"],
            "properties": {"pid": data["pid"], "peak_memory_bytes": data["peak_memory_bytes"]},
        }
        if "error" not in data:
            outputs = {name: value_from_json(value) for name, value in data["outputs"].items()}
            self._forget_unsteady_key(work)
            self._commit(work, self.ledger.record(work, COMPLETE, outputs=outputs, **facts))
            return
        state = CANCELED if self._is_cancel_sent else FAILED
        record = self.ledger.record(work, state, reason={"error": data["error"]}, **facts)
        if state == FAILED and work.retries_used < work.node.policy.retries:
            self._retry(work, record)
        else:
            self._commit(work, record)

    def _let_next(self, mapped: MappedProgress) -> None:
        """An item has ended: another one that waited for it may be looked at."""
        mapped.running -= 1
        if mapped.held:
            heapq.heappush(self._queue, mapped.held.popleft())

    def _forget_unsteady_key(self, work: Work) -> None:
        """What changed while the step read it leaves a result that must not be reused."""
        try:
            is_steady = fresh_key(work.key, work.node, work.inputs, self.s.keys).digest == work.key.digest
        except PenstockError:
            # A file that was there at the start is gone or cannot be read.
            is_steady = False
        if not is_steady:
            work.key = CacheKey("", work.key.parts)

    def _retry(self, work: Work, record: ExecutionRecord) -> None:
        backoff_s = work.node.policy.backoff_s * 2.0**work.retries_used
        wait_s = min(MAX_BACKOFF_S, backoff_s) * random.uniform(0.5, 1.5)
        work.attempt += 1
        heapq.heappush(self._retries, (time.monotonic() + wait_s, work))
        self.ledger.retrying(work, record, wait_s)

    # Final states.

    def _commit(self, work: Work, record: ExecutionRecord, *, is_new: bool = True) -> None:
        self.ledger.finished(work, record, is_new=is_new)
        mapped = self._mapped.get(work.node.name)
        if mapped is None:
            self.frontier.finish(work.node.name, record.state, record.outputs)
            return
        mapped.finish(work.item, record.state, record.outputs)
        if mapped.is_done:
            self.frontier.finish(work.node.name, mapped.state, mapped.gathered(work.node))

    def _settle(self, node: Node, state: str, reason: Mapping[str, Any]) -> None:
        """A final state without having run."""
        work = self._work(node, NO_ITEM, {})
        self._commit(work, self.ledger.record(work, state, reason=reason))

    def _finish_empty(self, node: Node) -> None:
        """Nothing to map over: the node itself is recorded, so that the run shows it."""
        outputs = self._mapped.pop(node.name).gathered(node)
        work = self._work(node, NO_ITEM, {})
        if not self._without_adopted([work]):
            return
        self._commit(work, self.ledger.record(work, COMPLETE, outputs=outputs))

    def _cancel_all(self) -> None:
        self._is_cancel_sent = True
        held = [work for mapped in self._mapped.values() for work in mapped.held]
        for mapped in self._mapped.values():
            mapped.held.clear()
        waiting = [*self._queue, *held, *(work for _, work in self._retries)]
        self._queue, self._retries = [], []
        for work in waiting:
            self._commit(work, self.ledger.record(work, CANCELED))
        for task in self._running:
            self.s.executor.cancel(task)
