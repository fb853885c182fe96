"""`penstock logs`: what the steps of a run printed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from penstock.apps.cli.option import Profile, RunName, new_app
from penstock.apps.cli.plain_value import PlainCommand

if TYPE_CHECKING:
    from penstock.workspace import Workspace

app = new_app()
_PAUSE_S = 0.2
_Step = Annotated[str, typer.Argument(metavar="[STEP]", help="One step, or one item: train[3].", show_default=False)]
_Follow = Annotated[bool, typer.Option("-f", "--follow", help="Go on until the run is finished.")]
_Tail = Annotated[int, typer.Option("--tail", metavar="N", min=0, help="Only the last N lines of each; 0 for all.")]


@app.command(cls=PlainCommand)
def logs(run: RunName, step: _Step = "", follow: _Follow = False, tail: _Tail = 0, profile: Profile = "") -> None:
    """Print what steps wrote to standard output and error, all attempts in order."""
    from penstock.apps.cli.session import read_workspace

    with read_workspace(profile) as workspace:
        found = workspace.get_run(run).id
        if follow:
            _follow(workspace, found, step)
        else:
            _print(_files(workspace, found, step), tail=tail, is_one=bool(step))


def _files(workspace: Workspace, run: str, step: str) -> dict[str, Path]:
    """Log files of a run by the label of their execution, in the order in which these began.

    Raises
    ------
    NotFoundError
        If the run has no such step.
    """
    from penstock.core.error import NotFoundError, closest

    executions = workspace.get_run(run).executions
    files = {
        execution.label: workspace.log_file(run, execution.step, execution.item)
        for execution in executions
        if not step or step in (execution.step, execution.label)
    }
    if step and not files:
        names = {execution.step for execution in executions}
        raise NotFoundError(
            f"the run has no step '{step}'; {closest(step, names)}", where=f"run {run}", fix="name one of its steps"
        )
    return files


def _print(files: dict[str, Path], *, tail: int, is_one: bool) -> None:
    from penstock.apps.cli.progress.follow import LogTail

    for label, path in files.items():
        lines = LogTail(path).lines(is_final=True)
        if not is_one and lines:
            print(f"==> {label} <==")
        for line in lines[-tail:] if tail else lines:
            print(line)


def _follow(workspace: Workspace, run: str, step: str) -> None:
    from penstock.apps.cli.output import say

    for line in _new_lines(workspace, run, step):
        say(line)


def _new_lines(workspace: Workspace, run: str, step: str) -> Iterator[str]:
    """Lines as they are written, with the step's name before each where there are several."""
    from penstock.apps.cli.progress.follow import LogTail
    from penstock.core import state
    from penstock.core.error import NotFoundError

    tails: dict[str, LogTail] = {}
    is_over = False
    while True:
        try:
            files = _files(workspace, run, step)
        except NotFoundError:
            if is_over:
                raise
            files = {}
        for label, path in files.items():
            for line in tails.setdefault(label, LogTail(path)).lines(is_final=is_over):
                yield line if label == step else f"{label} | {line}"
        if is_over:
            return
        is_over = workspace.get_run(run).state != state.RUNNING
        if not is_over:
            time.sleep(_PAUSE_S)
