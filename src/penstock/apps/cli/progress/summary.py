"""The end of a run: state, time, counts, failures, outputs, and what to try next."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from penstock.apps.cli.failure import failure_lines
from penstock.apps.cli.format import columns, duration
from penstock.apps.cli.output import say
from penstock.apps.cli.output_text import output_text
from penstock.apps.cli.terminal import Painter
from penstock.core import state
from penstock.core.artifact import artifacts_in
from penstock.core.protocol import BlobStore
from penstock.core.record import ExecutionRecord, RunRecord, latest_attempts

if TYPE_CHECKING:
    from penstock.workspace import Run, Workspace

_TAIL_LINES = 10
_MAX_FAILURES = 5
_COUNTED = (
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
    for execution in failed[:_MAX_FAILURES]:
        log = workspace.log_file(run.id, execution.step, execution.item)
        for line in failure_block(execution, log, Painter(sys.stderr)):
            say(line, sys.stderr)
    if len(failed) > _MAX_FAILURES:
        say(f"... and {len(failed) - _MAX_FAILURES} more: penstock show {run.id}", sys.stderr)
    for line in summary_lines(run.record, last, workspace.blobs, painter):
        say(line)


def summary_lines(
    record: RunRecord, executions: list[ExecutionRecord], blobs: BlobStore, painter: Painter
) -> list[str]:
    """What `print_summary` prints on standard output."""
    head = f"{painter.mark(record.state)} {painter.bold(record.pipeline)} {painter.status(record.state)}"
    counts = ", ".join(counted(executions))
    rows = [[painter.dim("run"), record.run]]
    rows += [[painter.dim(name), output_text(value, blobs)] for name, value in record.outputs.items()]
    lines = ["", f"{head} in {duration(record.duration_s)}  {painter.dim(f'({counts})')}"]
    lines += [*columns(rows, indent="  "), ""]
    titles = [painter.dim("next"), "    ", "    "]
    return lines + [f"  {title}  {text}" for title, text in zip(titles, _next(record, executions), strict=False)]


def counted(executions: Iterable[ExecutionRecord]) -> list[str]:
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
    return [f"penstock why {record.run} {failed[0].step}", *found] if failed else found


def failure_block(execution: ExecutionRecord, log: Path, painter: Painter) -> list[str]:
    """What failed in a step, where, how to fix it, and the end of what the step printed."""
    reason = error_of(execution)
    lines = ["", *failure_lines(reason["what"], reason["where"], reason["fix"], painter)]
    tail = tail_of(log, _TAIL_LINES)
    if tail:
        lines.append(painter.dim(f"last lines of {log}"))
        lines += [f"  {painter.dim('|')} {line}" for line in tail]
    lines.append(f"{painter.dim('log')}    penstock logs {execution.run} {execution.step}")
    return lines


def error_of(execution: ExecutionRecord) -> dict[str, Any]:
    """What, where and fix of a failed execution."""
    reason = execution.reason.get("error", execution.reason)
    found = {"what": "the step failed", "where": f"step '{execution.label}'", "fix": "see its log"}
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
