"""Errors of tasks that ended without an answer of their own."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from typing import Any

from penstock.core.protocol import Task
from penstock.engine.runtime.executor.process_tree import total_memory_bytes
from penstock.engine.runtime.executor.wire import WORKER_FAILED
from penstock.engine.runtime.worker import place

CANCELED = "canceled"
MEMORY = "memory"
POOL = "pool"
TIMEOUT = "timeout"


@dataclass(frozen=True, slots=True)
class Death:
    """How a task ended.

    Parameters
    ----------
    task : Task
    reason : str
        Why its executor ended it, `CANCELED`, `MEMORY` or `TIMEOUT`; `POOL` if all workers were lost;
        empty if its process ended by itself.
    code : int
        Exit code of the process, or of the pool; negative for a signal.
    peak_memory_bytes : int
        0 if unknown.
    """

    task: Task
    reason: str
    code: int = 0
    peak_memory_bytes: int = 0


def describe_death(death: Death) -> dict[str, Any]:
    """The error as the JSON that the store keeps."""
    kind, what, fix = _cause(death)
    return {"type": kind, "what": what, "where": place(death.task.to_json()), "fix": fix, "traceback": ""}


def _cause(death: Death) -> tuple[str, str, str]:
    task, peak = death.task, death.peak_memory_bytes
    if death.reason == TIMEOUT:
        fix = "make it faster, or give it more time: timeout_s="
        return "StepTimeoutError", f"the step took longer than {task.timeout_s:g} s and was killed", fix
    if death.reason == CANCELED:
        return "StepError", "the step was cancelled", f"finish the run with: penstock resume {task.run}"
    if death.reason == MEMORY:
        what = f"the step used {size(peak)} of memory; it may use {size(task.memory_bytes)}"
        return "StepMemoryError", what, "work on smaller batches, or raise memory="
    if death.reason == POOL:
        what = f"the pool of workers {_ended(death.code)}, and the step's process was killed with it"
        return "StepCrashError", what, f"give the step retries=, or finish the run with: penstock resume {task.run}"
    return _own_end(death.code, peak)


def _own_end(code: int, peak_memory_bytes: int) -> tuple[str, str, str]:
    if code == -signal.SIGKILL:
        total = total_memory_bytes()
        peak = f" (it had used {size(peak_memory_bytes)} of {size(total)})" if peak_memory_bytes else ""
        kind = "StepMemoryError" if peak_memory_bytes > total // 2 else "StepCrashError"
        what = f"the step's process was killed with SIGKILL, as the kernel does when memory runs out{peak}"
        return kind, what, "work on smaller batches, or limit it with memory= and run fewer steps at once"
    if code < 0:
        what = f"the step's process {_ended(code)}"
        return "StepCrashError", what, "look at the native libraries it uses; its log may hold a stack"
    what = f"the step's process {_ended(code)} before the step returned"
    if code == WORKER_FAILED:
        return "StepCrashError", what, "the worker itself failed; its error is on standard error of the run"
    return "StepCrashError", what, "do not call os._exit in a step"


def _ended(code: int) -> str:
    if code >= 0:
        return f"ended with exit code {code}"
    # Real-time signals have no names.
    known = -code in set(signal.Signals)
    return f"died of {signal.Signals(-code).name if known else f'signal {-code}'}"


def size(size_bytes: int) -> str:
    """Bytes for people.

    Examples
    --------
    >>> size(3 * 2**20)
    '3.0 MiB'
    """
    amount = float(size_bytes)
    for unit in ("B", "KiB", "MiB"):
        if amount < 1024:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} GiB"
