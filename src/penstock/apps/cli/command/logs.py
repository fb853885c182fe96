"""`penstock logs`: what the steps of a run printed."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from penstock.apps.cli.option import Json, Profile, RunName, new_app
from penstock.apps.cli.plain_value import PlainCommand

if TYPE_CHECKING:
    from penstock.workspace import Workspace

app = new_app()
_PAUSE_S = 0.2
_Step = Annotated[str, typer.Argument(metavar="[STEP]", help="One step, or one item: train[3].", show_default=False)]
_Follow = Annotated[bool, typer.Option("-f", "--follow", help="Go on until the run is finished.")]
_Tail = Annotated[
    int, typer.Option("--tail", metavar="N", min=0, help="Of what is there, only the last N lines of each; 0 for all.")
]


class _Source(NamedTuple):
    """An execution that may have printed something."""

    step: str
    item: int

    @property
    def label(self) -> str:
        from penstock.core.record import execution_label

        return execution_label(self.step, self.item)


class _Line(NamedTuple):
    source: _Source
    text: str


@app.command(cls=PlainCommand)
def logs(
    run: RunName, step: _Step = "", follow: _Follow = False, tail: _Tail = 0, profile: Profile = "", json: Json = False
) -> None:
    """Print what steps wrote to standard output and error, all attempts in order.

    With --json: one object per line.
    """
    from penstock.apps.cli.output import say, strict_json
    from penstock.apps.cli.session import read_workspace

    with read_workspace(profile) as workspace:
        found = workspace.get_run(run).id
        lines = _new_lines(workspace, found, step, tail) if follow else _lines(workspace, found, step, tail)
        text = _json_text(strict_json) if json else _plain_text(step, is_followed=follow)
        is_silent = True
        for line in lines:
            is_silent = False
            say(text(line))
    if is_silent and not json:
        whose = f"step '{step}'" if step else "the steps"
        print(f"{whose} of {found} printed nothing", file=sys.stderr)


def _json_text(to_json: Callable[..., str]) -> Callable[[_Line], str]:
    return lambda line: to_json({"step": line.source.step, "item": line.source.item, "line": line.text})


def _plain_text(step: str, *, is_followed: bool) -> Callable[[_Line], str]:
    return _followed_text(step) if is_followed else _titled_text(is_titled=not step)


def _followed_text(step: str) -> Callable[[_Line], str]:
    """The step's name before each line, where there may be several."""
    return lambda line: line.text if line.source.label == step else f"{line.source.label} | {line.text}"


def _titled_text(*, is_titled: bool) -> Callable[[_Line], str]:
    """A title above the lines of each execution."""
    last: list[_Source] = []

    def text(line: _Line) -> str:
        is_new = is_titled and last != [line.source]
        last[:] = [line.source]
        return f"==> {line.source.label} <==\n{line.text}" if is_new else line.text

    return text


def _files(workspace: Workspace, run: str, step: str) -> dict[_Source, Path]:
    """Log files of a run by their execution, in the order in which these began.

    Raises
    ------
    NotFoundError
        If the run has no such step.
    """
    from penstock.core.error import NotFoundError, closest

    executions = workspace.get_run(run).executions
    files = {
        _Source(execution.step, execution.item): workspace.log_file(run, execution.step, execution.item)
        for execution in executions
        if not step or step in (execution.step, execution.label)
    }
    if step and not files:
        names = {execution.step for execution in executions}
        raise NotFoundError(
            f"the run has no step '{step}'; {closest(step, names)}", where=f"run {run}", fix="name one of its steps"
        )
    return files


def _lines(workspace: Workspace, run: str, step: str, tail: int) -> Iterator[_Line]:
    from penstock.apps.cli.progress.follow import LogTail

    for source, path in _files(workspace, run, step).items():
        for line in LogTail(path).lines(is_final=True)[-tail:]:
            yield _Line(source, line)


def _new_lines(workspace: Workspace, run: str, step: str, tail: int) -> Iterator[_Line]:
    """Lines as they are written; of what was there at the beginning, only the last ones."""
    from penstock.apps.cli.progress.follow import LogTail
    from penstock.core import state
    from penstock.core.error import NotFoundError

    tails: dict[_Source, LogTail] = {}
    is_over = False
    is_first = True
    while True:
        try:
            files = _files(workspace, run, step)
        except NotFoundError:
            if is_over:
                raise
            files = {}
        for source, path in files.items():
            lines = tails.setdefault(source, LogTail(path)).lines(is_final=is_over)
            yield from (_Line(source, line) for line in (lines[-tail:] if is_first else lines))
        if is_over:
            return
        is_first = False
        is_over = workspace.get_run(run).state != state.RUNNING
        if not is_over:
            time.sleep(_PAUSE_S)
