"""The end of a run: state, time, counts, failures, outputs, and what to try next."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from penstock.apps.cli.failure import failure_lines
from penstock.apps.cli.format import columns, duration, many
from penstock.apps.cli.output import say
from penstock.apps.cli.output_text import output_text
from penstock.apps.cli.terminal import Painter
from penstock.core import state
from penstock.core.artifact import artifacts_in
from penstock.core.protocol import BlobStore
from penstock.core.record import NO_ITEM, ExecutionRecord, RunRecord, latest_attempts

if TYPE_CHECKING:
    from penstock.engine.runtime.run_handle import Run
    from penstock.workspace import Workspace

_TAIL_LINES = 10
MAX_FAILURES = 5
"""As many failures are told in full; of the others only the number."""

_TOLD_BY_LOG = frozenset({"", "StepError", "StepTimeoutError", "StepMemoryError", "StepCrashError"})
"""After these the end of the log helps; any other error of ours is clear by itself, and its traceback is no news."""

_COUNTED = (
    (state.RUNNING, "running"),
    (state.COMPLETE, "run"),
    (state.CACHED, "cached"),
    (state.FAILED, "failed"),
    (state.CANCELED, "canceled"),
    (state.SKIPPED, "skipped"),
    (state.UPSTREAM_FAILED, "not run"),
    (state.ABANDONED, "abandoned"),
)


def print_summary(run: Run, workspace: Workspace) -> None:
    """Print the end of a run on standard output, and what failed on standard error."""
    painter = Painter(sys.stdout)
    last = latest_attempts(run.executions)
    failed = [execution for execution in last if execution.state == state.FAILED]
    sys.stdout.flush()
    for execution in failed[:MAX_FAILURES]:
        log = workspace.log_file(run.id, execution.step, execution.item)
        for line in failure_block(execution, log, Painter(sys.stderr)):
            say(line, sys.stderr)
    if len(failed) > MAX_FAILURES:
        say(f"... and {len(failed) - MAX_FAILURES} more: penstock show {run.id} --all", sys.stderr)
    for line in summary_lines(run.record, last, workspace.blobs, painter):
        say(line)


def summary_lines(
    record: RunRecord, executions: list[ExecutionRecord], blobs: BlobStore, painter: Painter
) -> list[str]:
    """What `print_summary` prints on standard output."""
    head = f"{painter.mark(record.state)} {painter.bold(record.pipeline)} {painter.status(record.state)}"
    rows = [[painter.dim("run"), record.run]]
    rows += [[painter.dim(name), output_text(value, blobs)] for name, value in record.outputs.items()]
    lines = ["", f"{head} in {duration(record.duration_s)}  {painter.dim(f'({counts_text(executions)})')}"]
    lines += [*columns(rows, indent="  "), ""]
    titles = [painter.dim("next"), "    ", "    "]
    return lines + [f"  {title}  {text}" for title, text in zip(titles, _next(record, executions), strict=False)]


def counts_text(executions: Collection[ExecutionRecord]) -> str:
    """What became of the executions of a run; where steps were mapped, how many steps and items these are."""
    counts = ", ".join(counted(executions))
    if all(execution.item == NO_ITEM for execution in executions):
        return counts
    steps = len({execution.step for execution in executions})
    return f"{many(steps, 'step')}, {many(len(executions), 'item')}: {counts}"


def counted(executions: Collection[ExecutionRecord]) -> list[str]:
    """Numbers of executions by what became of them, such as ``3 cached``."""
    states = [execution.state for execution in executions]
    return [f"{states.count(status)} {word}" for status, word in _COUNTED if status in states]


def _next(record: RunRecord, executions: list[ExecutionRecord]) -> list[str]:
    """Commands worth trying now."""
    if record.state == state.COMPLETE:
        stored = [name for name, value in record.outputs.items() if any(artifacts_in(value))]
        found = ["penstock show last"]
        if stored:
            return [*found, f"penstock get last:{stored[0]}", f"penstock lineage last:{stored[0]}"]
        return [*found, f"penstock why last {executions[-1].step}"] if executions else found
    found = [f"penstock show {record.run}", f"penstock resume {record.run}"]
    failed = [execution for execution in executions if execution.state == state.FAILED]
    return [f"penstock why {record.run} {shlex.quote(failed[0].label)}", *found] if failed else found


def log_command(execution: ExecutionRecord) -> str:
    """What prints the log of an execution, ready for a shell."""
    return f"penstock logs {execution.run} {shlex.quote(execution.label)}"


def failure_block(execution: ExecutionRecord, log: Path, painter: Painter) -> list[str]:
    """What failed in a step, where, how to fix it, and the end of what the step printed."""
    reason = error_of(execution)
    lines = ["", *failure_lines(reason["what"], reason["where"], reason["fix"], painter)]
    tail = tail_of(log, _TAIL_LINES) if reason["type"] in _TOLD_BY_LOG else []
    if tail:
        lines.append(painter.dim(f"last lines of {log}"))
        lines += [f"  {painter.dim('|')} {line}" for line in tail]
    lines.append(f"{painter.dim('log')}    {log_command(execution)}")
    return lines


def error_of(execution: ExecutionRecord) -> dict[str, Any]:
    """Type, what, where and fix of a failed execution."""
    reason = execution.reason.get("error", execution.reason)
    found = {"type": "", "what": "the step failed", "where": f"step '{execution.label}'", "fix": "see its log"}
    return {**found, **{name: reason[name] for name in found if isinstance(reason, Mapping) and reason.get(name)}}


def tail_of(log: Path, lines: int) -> list[str]:
    """The last lines of a log file that is there; at most the last 64 kB are read."""
    try:
        with log.open("rb") as file:
            file.seek(max(log.stat().st_size - 65_536, 0))
            data = file.read()
    except FileNotFoundError:
        return []
    return [line[:500] for line in data.decode(errors="replace").splitlines() if line.strip()][-lines:]
