"""`penstock diff`: what differs between two runs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from penstock.apps.cli.option import Json, Profile, new_app
from penstock.apps.cli.plain_value import PlainCommand

if TYPE_CHECKING:
    from penstock.apps.cli.terminal import Painter
    from penstock.engine.runtime import Change, RunDiff
    from penstock.workspace import Workspace

app = new_app()
_ID = "Id of a run, the beginning of one, or 'last'."
_OTHER = "The other one; without it, the first is compared with the run of its pipeline before it."
_Left = Annotated[str, typer.Argument(metavar="RUN", help=_ID, show_default=False)]
_Right = Annotated[str, typer.Argument(metavar="[RUN]", help=_OTHER, show_default=False)]


@app.command(cls=PlainCommand)
def diff(left: _Left, right: _Right = "", profile: Profile = "", json: Json = False) -> None:
    """Compare two runs: parameters, why steps were computed anew, outputs and metrics."""
    from penstock.apps.cli.output import print_json, print_lines
    from penstock.apps.cli.session import read_workspace
    from penstock.apps.cli.terminal import Painter

    with read_workspace(profile) as workspace:
        found = workspace.diff(left, right) if right else workspace.diff(_before(workspace, left), left)
    if json:
        print_json(found.to_json())
    else:
        print_lines(_lines(found, Painter(sys.stdout)))


def _before(workspace: Workspace, name: str) -> str:
    """The run of the same pipeline before a run."""
    from penstock.core.error import NotFoundError

    record = workspace.get_run(name).record
    runs = [one.id for one in workspace.runs(pipeline=record.pipeline)]
    older = runs[runs.index(record.run) + 1 :]
    if not older:
        raise NotFoundError(
            f"run '{record.run}' is the first one of pipeline '{record.pipeline}'",
            where=f"store of {workspace.home}",
            fix=f"name the run to compare it with: penstock diff {record.run} RUN",
        )
    return older[0]


def _lines(found: RunDiff, painter: Painter) -> list[str]:
    sections = [
        *_table("parameters", found.parameters, painter),
        *_steps(found, painter),
        *_table("outputs", found.outputs, painter),
        *_table("metrics", found.metrics, painter),
    ]
    head = f"{painter.bold(found.left)}  {painter.symbol('→')}  {painter.bold(found.right)}"
    return [head, *(sections or ["nothing differs"])]


def _table(title: str, changes: Sequence[Change], painter: Painter) -> list[str]:
    from penstock.apps.cli.format import columns

    rows = [
        [change.name, _side(change.left, "red", painter), painter.dim(painter.symbol("→")), *_right(change, painter)]
        for change in changes
    ]
    return ["", painter.dim(title), *columns(rows, indent="  ")] if rows else []


def _right(change: Change, painter: Painter) -> list[str]:
    """The right side, and for numbers by how much they differ."""
    text = _side(change.right, "green", painter)
    return [text, painter.dim(f"{change.right - change.left:+.4g}")] if _is_numeric(change) else [text, ""]


def _is_numeric(change: Change) -> bool:
    return all(isinstance(side, (int, float)) and not isinstance(side, bool) for side in (change.left, change.right))


def _side(value: Any, style: str, painter: Painter) -> str:
    from penstock.apps.cli.format import json_text, value_text
    from penstock.core.artifact import value_from_json

    if value is None:
        return painter.dim("none")
    if isinstance(value, dict) and ("digest" in value or "items" in value or set(value) == {"value"}):
        return painter.paint(value_text(value_from_json(value)), style)
    return painter.paint(json_text(value, limit=48), style)


def _steps(found: RunDiff, painter: Painter) -> list[str]:
    from penstock.apps.cli.format import columns

    if not found.steps:
        return []
    rows = []
    for change in found.steps:
        reasons = change.reasons or ("its key differs",)
        rows += [[change.step if at == 0 else "", reason] for at, reason in enumerate(reasons)]
    return ["", painter.dim("steps"), *columns(rows, indent="  ")]
