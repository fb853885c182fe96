"""What a person may call an artifact: a digest's beginning, or ``RUN:OUTPUT``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from penstock.core.artifact import ArtifactRef, Value
from penstock.core.canonical import PREFIX, short
from penstock.core.error import NotFoundError, UsageError, closest
from penstock.core.record import latest_attempts

if TYPE_CHECKING:
    from penstock.workspace import Workspace

_MIN_DIGITS = 4


def find_value(workspace: Workspace, name: str) -> Value:
    """The value of that name.

    Parameters
    ----------
    workspace : Workspace
    name : str
        ``RUN:OUTPUT`` (an output of a run), ``RUN:STEP.OUTPUT`` or ``RUN:STEP`` (of one of its steps),
        or the first digits of an artifact's digest.

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
    values = {name: handle.value for name, handle in found.outputs.items()}
    for execution in latest_attempts(found.executions):
        ports = list(execution.outputs)
        for port in ports:
            values.setdefault(f"{execution.label}.{port}", execution.outputs[port])
        if len(ports) == 1:
            values.setdefault(execution.label, execution.outputs[ports[0]])
    if output in values:
        return values[output]
    raise NotFoundError(
        f"run '{found.id}' has no output '{output}'; {closest(output, values)}",
        where=f"run {found.id}",
        fix="name one of them: RUN:OUTPUT, or RUN:STEP.OUTPUT",
    )
