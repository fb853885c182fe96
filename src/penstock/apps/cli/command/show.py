"""`penstock show`: one run in full."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from penstock.apps.cli.option import Json, Profile, RunName, new_app
from penstock.apps.cli.plain_value import PlainCommand

app = new_app()
_All = Annotated[bool, typer.Option("--all", help="Every item of mapped steps.")]


@app.command(cls=PlainCommand)
def show(run: RunName = "last", every: _All = False, profile: Profile = "", json: Json = False) -> None:
    """Show a run: its steps with state, time and where they were taken from, and its outputs."""
    from penstock.apps.cli.output import print_json, print_lines
    from penstock.apps.cli.output_text import output_text
    from penstock.apps.cli.run_page import run_json, run_lines
    from penstock.apps.cli.session import read_workspace
    from penstock.apps.cli.terminal import Painter
    from penstock.core.record import latest_attempts

    with read_workspace(profile) as workspace:
        found = workspace.get_run(run)
        executions = latest_attempts(found.executions)
        metrics = workspace.store.metrics.metrics(found.id)
        outputs = {name: output_text(handle.value, workspace.blobs) for name, handle in found.outputs.items()}
    if json:
        print_json(run_json(found.record, executions, metrics))
    else:
        print_lines(run_lines(found.record, executions, metrics, outputs, Painter(sys.stdout), is_full=every))
