"""Everything about one run, as text and as JSON."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from penstock.apps.cli.elapsed import execution_seconds, group_time, run_seconds, run_time
from penstock.apps.cli.failure import failure_lines
from penstock.apps.cli.format import columns, iso_time, json_text, many, moment, plain_json
from penstock.apps.cli.progress.row import TIMELESS
from penstock.apps.cli.progress.summary import MAX_FAILURES, counted, counts_text, error_of, log_command
from penstock.apps.cli.progress.tracker import reason_text, worst_state
from penstock.apps.cli.terminal import Painter
from penstock.core import state
from penstock.core.record import NO_ITEM, ExecutionRecord, MetricPoint, RunRecord, execution_label


def run_json(
    record: RunRecord, executions: Sequence[ExecutionRecord], metrics: Sequence[MetricPoint]
) -> dict[str, Any]:
    """A run as one JSON object."""
    last = {(point.step, point.item, point.name): point.value for point in metrics}
    return {
        "run": record.run,
        "pipeline": record.pipeline,
        "status": record.state,
        "created": iso_time(record.created_us),
        "finished": iso_time(record.finished_us),
        "seconds": run_seconds(record),
        "parameters": dict(record.parameters),
        "outputs": {name: plain_json(value) for name, value in record.outputs.items()},
        "graph": record.graph_digest,
        "package": record.package_digest,
        "properties": dict(record.properties),
        "steps": [_step_json(execution, last) for execution in executions],
    }


def _step_json(execution: ExecutionRecord, metrics: dict[tuple[str, int, str], float]) -> dict[str, Any]:
    key = (execution.step, execution.item)
    data = {
        "step": execution.step,
        "item": execution.item,
        "status": execution.state,
        "attempt": execution.attempt,
        "seconds": execution_seconds(execution),
        "cached": execution.state == state.CACHED,
        "cached_from": execution.cached_from or None,
        "outputs": {name: plain_json(value) for name, value in execution.outputs.items()},
        "metrics": {name: value for (step, item, name), value in metrics.items() if (step, item) == key},
    }
    if execution.state == state.FAILED:
        data["error"] = error_of(execution)
    return data


def run_lines(
    record: RunRecord,
    executions: Sequence[ExecutionRecord],
    metrics: Sequence[MetricPoint],
    outputs: Mapping[str, str],
    painter: Painter,
    *,
    is_full: bool,
) -> list[str]:
    """A run as text; ``outputs`` as `output_text` gives them."""
    took = run_time(record)
    given = [[name, json_text(value)] for name, value in record.parameters.items()]
    lines = [
        f"{painter.mark(record.state)} {painter.bold(record.run)}  {record.pipeline}  "
        f"{painter.status(record.state)}{f' in {took}' if took else ''}  "
        f"{painter.dim(f'({counts_text(executions)})')}",
        f"  {painter.dim('created ' + moment(record.created_us))}",
        *_section("parameters", given, painter),
    ]
    if executions:
        lines += ["", *columns(_step_rows(executions, painter, is_full), right=frozenset({3}), indent=" ")]
    lines += _failures(executions, painter, is_full)
    lines += _section("metrics", _metric_rows(metrics), painter)
    return lines + _section("outputs", [[name, text] for name, text in outputs.items()], painter)


def _section(title: str, rows: list[list[str]], painter: Painter) -> list[str]:
    return ["", painter.dim(title), *columns(rows, indent="  ")] if rows else []


def _step_rows(executions: Sequence[ExecutionRecord], painter: Painter, is_full: bool) -> list[list[str]]:
    groups: dict[str, list[ExecutionRecord]] = defaultdict(list)
    for execution in executions:
        groups[execution.label if is_full else execution.step].append(execution)
    return [_step_row(name, group, painter) for name, group in groups.items()]


def _step_row(name: str, group: list[ExecutionRecord], painter: Painter) -> list[str]:
    worst = worst_state(execution.state for execution in group)
    took = group_time(group) if worst not in TIMELESS else ""
    is_mapped = len(group) > 1 or group[0].item != NO_ITEM
    remark = (
        f"{many(len(group), 'item')}: {', '.join(counted(group))}"
        if is_mapped and "[" not in name
        else _remark(group[0])
    )
    return [painter.mark(worst), name, painter.status(worst), took, painter.dim(remark)]


def _remark(execution: ExecutionRecord) -> str:
    """Where it was taken from, why it did not run, or how often it was tried."""
    if execution.attempt > 1:
        return f"attempt {execution.attempt}"
    return f"from {execution.cached_from}" if execution.cached_from else reason_text({"reason": execution.reason})


def _failures(executions: Sequence[ExecutionRecord], painter: Painter, is_full: bool) -> list[str]:
    failed = [execution for execution in executions if execution.state == state.FAILED]
    shown = failed if is_full else failed[:MAX_FAILURES]
    lines = []
    for execution in shown:
        error = error_of(execution)
        lines += ["", painter.red(execution.label)]
        block = failure_lines(error["what"], error["where"], error["fix"], painter)
        lines += [f"  {line}" for text in block for line in text.split("\n")]
        lines.append(f"  {painter.dim('log')}    {log_command(execution)}")
    if len(failed) > len(shown):
        lines += ["", f"... and {len(failed) - len(shown)} more: penstock show {failed[0].run} --all"]
    return lines


def _metric_rows(metrics: Sequence[MetricPoint]) -> list[list[str]]:
    """The last value of each metric."""
    last: dict[tuple[str, str], float] = {}
    for point in metrics:
        last[(execution_label(point.step, point.item), point.name)] = point.value
    return [[step, name, json_text(value)] for (step, name), value in last.items()]
