"""The local executor: a warm pool of forked workers, one process per running step."""

from __future__ import annotations

import os
import selectors
import signal
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar

from penstock.core.protocol import ExecutorSetup, Task, TaskEvent
from penstock.engine.runtime.executor.death import CANCELED, MEMORY, POOL, TIMEOUT, Death, describe_death
from penstock.engine.runtime.executor.process_tree import resident_bytes
from penstock.engine.runtime.executor.wire import Wire
from penstock.engine.runtime.executor.zygote_handle import ZygoteHandle, start_ahead, stop_spare, take

KILL_GRACE_S = 2.0
CANCEL_GRACE_S = 0.5
MEMORY_POLL_S = 0.05
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS")


@dataclass(eq=False)
class _Worker:
    """One process of the pool, and what it is doing."""

    number: int
    threads: int
    wire: Wire
    pid: int = 0
    task: Task | None = None
    sent: float = 0.0
    deadline: float = 0.0
    ending: str = ""
    next_signal: tuple[float, int] | None = None
    is_listening: bool = True
    peak_memory_bytes: int = field(default=0)


class LocalExecutor:
    """Runs tasks in processes of this machine.

    Parameters
    ----------
    setup : ExecutorSetup
    """

    capabilities: ClassVar[frozenset[str]] = frozenset({"isolation", "logs", "memory", "start_ahead", "timeout"})

    def __init__(self, setup: ExecutorSetup) -> None:
        self._setup = asdict(setup)
        self._setup["options"] = dict(setup.options)
        self._selector = selectors.DefaultSelector()
        self._zygote: ZygoteHandle | None = None
        self._workers: dict[int, _Worker] = {}
        self._events: list[TaskEvent] = []
        self._numbers = 0

    @staticmethod
    def start_ahead() -> None:
        """Begin starting what the first task will need; for callers that have other work to do meanwhile."""
        start_ahead()

    def submit(self, task: Task) -> None:
        """Hand a task to an idle worker, or to a new one."""
        cpu = task.node.get("policy", {}).get("cpu", 1.0)
        threads = max(1, int(cpu))
        worker = next((w for w in self._workers.values() if self._is_idle(w) and w.threads == threads), None)
        if worker is None:
            self._retire_idle()
            worker = self._fork(threads)
        worker.task, worker.sent = task, time.monotonic()
        worker.deadline = worker.sent + task.timeout_s if task.timeout_s else 0.0
        worker.wire.send({"task": task.to_json()})

    def poll(self, timeout_s: float) -> list[TaskEvent]:
        """Events since the last call, after waiting at most ``timeout_s`` for the first."""
        if not self._events:
            self._listen(self._wait_s(timeout_s))
        self._enforce()
        events, self._events = self._events, []
        return events

    def cancel(self, task: str) -> None:
        """Ask a task to stop, then stop it."""
        for worker in self._workers.values():
            if worker.task is not None and worker.task.id == task and not worker.ending:
                worker.ending = CANCELED
                worker.wire.send({"cancel": task})
                worker.next_signal = (time.monotonic() + CANCEL_GRACE_S, signal.SIGTERM)

    def close(self) -> None:
        """Kill every worker with its group, and the zygote."""
        for worker in self._workers.values():
            worker.wire.close()
        self._workers.clear()
        self._stop_zygote()
        stop_spare()
        self._selector.close()

    def _is_idle(self, worker: _Worker) -> bool:
        return worker.task is None and not worker.ending and not worker.wire.is_closed

    def _start_zygote(self) -> ZygoteHandle:
        if self._zygote is None:
            self._zygote = take()
            self._selector.register(self._zygote.wire, selectors.EVENT_READ, None)
        return self._zygote

    def _stop_zygote(self) -> int:
        if self._zygote is None:
            return 0
        zygote, self._zygote = self._zygote, None
        self._selector.unregister(zygote.wire)
        return zygote.stop()

    def _fork(self, threads: int) -> _Worker:
        self._numbers += 1
        variables = {name: str(threads) for name in THREAD_VARIABLES if name not in os.environ}
        request = {"worker": self._numbers, "env": variables, "setup": self._setup}
        try:
            wire = self._start_zygote().fork(request)
        except (BrokenPipeError, ConnectionResetError):
            # It was killed since the last poll.
            self._lost_zygote()
            wire = self._start_zygote().fork(request)
        worker = _Worker(self._numbers, threads, wire)
        self._workers[worker.number] = worker
        self._selector.register(worker.wire, selectors.EVENT_READ, worker)
        return worker

    def _retire_idle(self) -> None:
        """Make room: a pool never holds more processes than it may run."""
        alive = [worker for worker in self._workers.values() if not worker.ending]
        if len(alive) >= self._setup["workers"]:
            for worker in alive:
                if worker.task is None:
                    self._retire(worker)
                    return

    def _retire(self, worker: _Worker) -> None:
        worker.ending = "retired"
        self._deafen(worker)
        worker.wire.close()

    def _deafen(self, worker: _Worker) -> None:
        if worker.is_listening:
            worker.is_listening = False
            self._selector.unregister(worker.wire)

    def _wait_s(self, timeout_s: float) -> float:
        now = time.monotonic()
        limits = [timeout_s]
        for worker in self._workers.values():
            if worker.deadline and not worker.ending:
                limits.append(worker.deadline - now)
            if worker.next_signal is not None:
                limits.append(worker.next_signal[0] - now)
            if worker.task is not None and worker.task.memory_bytes:
                limits.append(MEMORY_POLL_S)
        return max(0.0, min(limits))

    def _listen(self, timeout_s: float) -> None:
        for key, _ in self._selector.select(timeout_s):
            if key.data is None:
                self._hear_zygote()
            elif key.data.is_listening:
                # Not one whose end the zygote has just told of.
                self._hear(key.data, key.data.wire.receive())

    def _hear(self, worker: _Worker, messages: list[dict[str, Any]]) -> None:
        for message in messages:
            if message["type"] == "finished":
                self._finished(worker, message)
            elif worker.task is not None:
                self._events.append(TaskEvent(message["task"], message["type"], message))
        if worker.wire.is_closed:
            self._deafen(worker)

    def _finished(self, worker: _Worker, message: Mapping[str, Any]) -> None:
        if worker.task is None:
            return
        task, worker.task, worker.deadline = worker.task, None, 0.0
        self._events.append(TaskEvent(task.id, "finished", message))
        if message["is_dirty"] or worker.ending:
            self._retire(worker)

    def _hear_zygote(self) -> None:
        if self._zygote is None:
            return
        for message in self._zygote.wire.receive():
            if message["type"] == "forked":
                self._workers[message["worker"]].pid = message["pid"]
            else:
                self._exited(message)
        if self._zygote.wire.is_closed:
            self._lost_zygote()

    def _exited(self, message: Mapping[str, Any]) -> None:
        worker = next((w for w in self._workers.values() if w.pid == message["pid"]), None)
        if worker is None:
            return
        if worker.is_listening:
            self._hear(worker, worker.wire.drain())
        self._drop(worker, message["code"], message["peak_memory_bytes"])

    def _drop(self, worker: _Worker, code: int, peak_memory_bytes: int) -> None:
        self._deafen(worker)
        worker.wire.close()
        del self._workers[worker.number]
        if worker.task is not None:
            peak = max(peak_memory_bytes, worker.peak_memory_bytes)
            error = describe_death(Death(worker.task, worker.ending, code, peak))
            facts = {"pid": worker.pid, "peak_memory_bytes": peak, "seconds": time.monotonic() - worker.sent}
            self._events.append(TaskEvent(worker.task.id, "finished", {"error": error, **facts}))

    def _lost_zygote(self) -> None:
        """The zygote was killed, and its workers with it; the next task starts another."""
        code = self._stop_zygote()
        for worker in list(self._workers.values()):
            self._hear(worker, worker.wire.drain() if worker.is_listening else [])
            worker.ending = worker.ending or POOL
            self._drop(worker, code, 0)

    def _enforce(self) -> None:
        """Time out, watch memory, and send the signals that are due."""
        now = time.monotonic()
        for worker in list(self._workers.values()):
            if worker.task is None:
                continue
            if worker.deadline and now >= worker.deadline and not worker.ending:
                worker.ending, worker.next_signal = TIMEOUT, (now, signal.SIGTERM)
            if worker.task.memory_bytes and worker.pid and not worker.ending:
                self._watch_memory(worker, worker.task.memory_bytes, now)
            if worker.next_signal is not None and now >= worker.next_signal[0]:
                self._signal(worker, worker.next_signal[1])
                worker.next_signal = (now + KILL_GRACE_S, signal.SIGKILL)

    def _watch_memory(self, worker: _Worker, limit_bytes: int, now: float) -> None:
        used = resident_bytes(worker.pid)
        worker.peak_memory_bytes = max(worker.peak_memory_bytes, used)
        if used > limit_bytes:
            worker.ending, worker.next_signal = MEMORY, (now, signal.SIGKILL)

    def _signal(self, worker: _Worker, number: int) -> None:
        if self._zygote is not None and worker.pid:
            self._zygote.kill(worker.pid, number)
