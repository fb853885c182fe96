"""How long runs and executions took, where that is known."""

from __future__ import annotations

import time
from collections.abc import Sequence

from penstock.apps.cli.format import duration
from penstock.core import state
from penstock.core.record import ExecutionRecord, RunRecord


def run_seconds(record: RunRecord) -> float | None:
    """Time that a run took; None while it runs, and where nobody was left to measure it."""
    is_measured = record.finished_us and record.state != state.ABANDONED
    return (record.duration_s or None) if is_measured else None


def execution_seconds(execution: ExecutionRecord) -> float | None:
    """Time that an execution took; None while it runs, and where nobody was left to measure it."""
    return None if execution.state in (state.RUNNING, state.ABANDONED) else execution.duration_s


def run_time(record: RunRecord) -> str:
    """`run_seconds` as text; empty for None."""
    seconds = run_seconds(record)
    return "" if seconds is None else duration(seconds)


def group_time(group: Sequence[ExecutionRecord]) -> str:
    """Time of a step as text: the sum over its items, and for one that runs, how long it has run so far."""
    running = [execution.started_us for execution in group if execution.state == state.RUNNING]
    if running:
        return duration(max(time.time() - min(running) / 1e6, 0.0))
    known = [seconds for execution in group if (seconds := execution_seconds(execution)) is not None]
    return duration(sum(known)) if known else ""
