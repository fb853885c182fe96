"""`penstock why`: why a step ran, was reused, was skipped or failed."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from penstock.apps.cli.option import Json, Profile, RunName, new_app
from penstock.apps.cli.plain_value import PlainCommand

app = new_app()
_Step = Annotated[str, typer.Argument(metavar="STEP", help="A step, or one item: train[3].", show_default=False)]


@app.command(cls=PlainCommand)
def why(run: RunName, step: _Step, profile: Profile = "", json: Json = False) -> None:
    """Explain what became of a step: which part of its key changed, where it was reused from, what was false."""
    from penstock.apps.cli.output import print_json
    from penstock.apps.cli.session import read_workspace
    from penstock.apps.cli.terminal import MARKS, Painter
    from penstock.core.record import execution_label

    with read_workspace(profile) as workspace:
        found = workspace.explain(run, step)
    painter = Painter(sys.stdout)
    for explanation in found:
        if json:
            print_json(explanation.to_json())
            continue
        label = execution_label(explanation.step, explanation.item)
        mark = painter.mark(explanation.state) if explanation.state in MARKS else " "
        print(f"{mark} {painter.bold(label)} {explanation.headline}")
        for line in explanation.lines:
            print(f"    {line}")
        print(f"    {painter.dim(f'run {explanation.run}')}")
