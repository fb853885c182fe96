"""What a person may call an artifact: a digest's beginning, or ``RUN:OUTPUT``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from penstock.core.artifact import ArtifactRef, Gathered, Value
from penstock.core.canonical import PREFIX, short
from penstock.core.error import NotFoundError, UsageError, closest
from penstock.core.record import NO_ITEM, ExecutionRecord, latest_attempts

if TYPE_CHECKING:
    from penstock.workspace import Workspace

_MIN_DIGITS = 4


def find_value(workspace: Workspace, name: str) -> Value:
    """The value of that name.

    Parameters
    ----------
    workspace : Workspace
    name : str
        ``RUN:OUTPUT`` (an output of a run), ``RUN:STEP.OUTPUT`` or ``RUN:STEP`` (of one of its steps; of a
        mapped one the list of its items' outputs, or one item's as ``RUN:STEP[ITEM]``), or the first digits of
        an artifact's digest.

    Raises
    ------
    NotFoundError
        If there is none, or there are several.
    UsageError
        If it is too short to mean anything.
    """
    run, colon, output = name.rpartition(":")
    if colon and run != PREFIX.rstrip(":"):
        return _of_run(workspace, run, output)
    digits = name.removeprefix(PREFIX)
    if len(digits) < _MIN_DIGITS:
        raise UsageError(
            f"'{name}' is too short for an artifact", where="the command line", fix="give RUN:OUTPUT, or more digits"
        )
    found = workspace.store.lineage.artifacts(digits)
    if len(found) == 1:
        return ArtifactRef(found[0].kind, found[0].digest, found[0].size_bytes)
    several = f": {', '.join(f'{item.kind} {short(item.digest)}' for item in found[:5])}" if found else ""
    raise NotFoundError(
        f"{len(found) or 'no'} artifacts begin with '{digits}'{several}",
        where=f"store of {workspace.home}",
        fix="give more digits" if found else "see the digests of a run: penstock show RUN",
    )


def _of_run(workspace: Workspace, run: str, output: str) -> Value:
    found = workspace.get_run(run)
    executions = latest_attempts(found.executions)
    values: dict[str, Value] = {}
    for step, items in _mapped(executions).items():
        values |= _named(step, _gathered(items))
    for execution in executions:
        values |= _named(execution.label, execution.outputs)
    # A run's own outputs come first.
    values |= {name: handle.value for name, handle in found.outputs.items()}
    if output in values:
        return values[output]
    raise NotFoundError(
        f"run '{found.id}' has no output '{output}'; {closest(output, values)}",
        where=f"run {found.id}",
        fix="name one of them: RUN:OUTPUT, or RUN:STEP.OUTPUT",
    )


def _named(label: str, outputs: Mapping[str, Value]) -> dict[str, Value]:
    """Outputs as people may name them: by port, and the only one by the step alone."""
    named = {f"{label}.{port}": value for port, value in outputs.items()}
    # Figures of an output, such as "metrics.auc", have the output's name before the point.
    whole = [port for port in outputs if port.partition(".")[0] not in outputs or "." not in port]
    return named | ({label: outputs[whole[0]]} if len(whole) == 1 else {})


def _mapped(executions: Sequence[ExecutionRecord]) -> dict[str, list[ExecutionRecord]]:
    """Items that have outputs, in order, by mapped step."""
    found: dict[str, list[ExecutionRecord]] = {}
    for execution in sorted(executions, key=lambda execution: execution.item):
        if execution.item != NO_ITEM and execution.outputs:
            found.setdefault(execution.step, []).append(execution)
    return found


def _gathered(items: Sequence[ExecutionRecord]) -> dict[str, Value]:
    ports = dict.fromkeys(port for item in items for port in item.outputs)
    return {port: Gathered(tuple(item.outputs[port] for item in items if port in item.outputs)) for port in ports}
