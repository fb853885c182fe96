"""Everything about one run, as text and as JSON."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from penstock.apps.cli.failure import failure_lines
from penstock.apps.cli.format import columns, duration, iso_time, json_text, many, moment, plain_json
from penstock.apps.cli.progress.row import TIMELESS
from penstock.apps.cli.progress.summary import counted, error_of
from penstock.apps.cli.progress.tracker import reason_text
from penstock.apps.cli.terminal import Painter
from penstock.core import state
from penstock.core.record import NO_ITEM, ExecutionRecord, MetricPoint, RunRecord


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
        "seconds": record.duration_s,
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
        "seconds": execution.duration_s,
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
    time_text = f" in {duration(record.duration_s)}" if record.finished_us else ""
    given = [[name, json_text(value)] for name, value in record.parameters.items()]
    lines = [
        f"{painter.mark(record.state)} {painter.bold(record.run)}  {record.pipeline}  "
        f"{painter.status(record.state)}{time_text}  {painter.dim('(' + ', '.join(counted(executions)) + ')')}",
        f"  {painter.dim('created ' + moment(record.created_us))}",
        *_section("parameters", given, painter),
    ]
    if executions:
        lines += ["", *columns(_step_rows(executions, painter, is_full), right=frozenset({3}), indent=" ")]
    lines += _failures(executions, painter)
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
    states = [execution.state for execution in group]
    worst = next((item for item in (state.FAILED, state.CANCELED, state.RUNNING) if item in states), states[0])
    seconds = sum(execution.duration_s for execution in group)
    took = duration(seconds) if worst not in TIMELESS else ""
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


def _failures(executions: Sequence[ExecutionRecord], painter: Painter) -> list[str]:
    lines = []
    for execution in executions:
        if execution.state == state.FAILED:
            error = error_of(execution)
            lines += ["", painter.red(execution.label)]
            block = failure_lines(error["what"], error["where"], error["fix"], painter)
            lines += [f"  {line}" for text in block for line in text.split("\n")]
            lines.append(f"  {painter.dim('log')}    penstock logs {execution.run} {execution.step}")
    return lines


def _metric_rows(metrics: Sequence[MetricPoint]) -> list[list[str]]:
    """The last value of each metric."""
    last: dict[tuple[str, str], float] = {}
    for point in metrics:
        step = point.step if point.item == NO_ITEM else f"{point.step}[{point.item}]"
        last[(step, point.name)] = point.value
    return [[step, name, json_text(value)] for (step, name), value in last.items()]
