"""The inline executor: steps run in the caller's process, so that debuggers work."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from typing import Any, ClassVar

from penstock.core.graph import StepRef
from penstock.core.protocol import BlobStore, Task, TaskEvent
from penstock.engine.runtime.executor.death import CANCELED, Death, describe_death
from penstock.engine.runtime.executor.surroundings import kept
from penstock.engine.runtime.worker import Means, execute


class InlineExecutor:
    """Runs one task per `poll`, in this process.

    Timeouts and memory limits do not apply: there is nobody to enforce them.

    Parameters
    ----------
    find_function : callable
        Gives the function behind a StepRef.
    blobs : BlobStore
    """

    capabilities: ClassVar[frozenset[str]] = frozenset({"inline"})

    def __init__(self, find_function: Callable[[StepRef], Callable[..., Any]], blobs: BlobStore) -> None:
        self._find_function = find_function
        self._blobs = blobs
        self._waiting: deque[Task] = deque()
        self._canceled: list[TaskEvent] = []

    def submit(self, task: Task) -> None:
        """Queue a task."""
        self._waiting.append(task)

    def poll(self, timeout_s: float) -> list[TaskEvent]:
        """Run the next task to its end and return its events."""
        events, self._canceled = self._canceled, []
        if events or not self._waiting:
            return events
        task = self._waiting.popleft()

        def send(message: dict[str, Any]) -> None:
            events.append(TaskEvent(task.id, message["type"], message))

        means = Means(self._find_function, self._blobs, send, lambda: False, is_interruptible=True)
        with kept():
            outcome = execute(task.to_json(), means)
        events.append(TaskEvent(task.id, "finished", {**outcome, "pid": os.getpid(), "peak_memory_bytes": 0}))
        return events

    def cancel(self, task: str) -> None:
        """Drop a task that has not begun."""
        for item in [item for item in self._waiting if item.id == task]:
            self._waiting.remove(item)
            self._canceled.append(TaskEvent(task, "finished", _cancellation(item)))

    def close(self) -> None:
        """Forget what waits."""
        self._waiting.clear()
        self._canceled.clear()


def _cancellation(task: Task) -> dict[str, Any]:
    error = describe_death(Death(task, CANCELED))
    return {"error": error, "seconds": 0.0, "pid": os.getpid(), "peak_memory_bytes": 0}
