"""`penstock resume`: finishes a run that stopped."""

from __future__ import annotations

from typing import Annotated

import typer

from penstock.apps.cli.option import InProcess, Json, Profile, RunName, Verbose, Workers, new_app
from penstock.apps.cli.plain_value import PlainCommand

app = new_app()
_Recorded = Annotated[bool, typer.Option("--recorded", help="Use the sources that the run was started with.")]


@app.command(cls=PlainCommand)
def resume(
    run: RunName,
    recorded: _Recorded = False,
    profile: Profile = "",
    workers: Workers = None,
    inline: InProcess = False,
    json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Finish a run that failed or was stopped; only what is not committed runs again.

    With --json: one event per line.
    """
    from penstock.apps.cli.carry_out import carry_out
    from penstock.apps.cli.progress import DisplayOptions
    from penstock.apps.cli.session import read_workspace
    from penstock.engine.runtime import RunOptions

    options = RunOptions(workers=workers, inline=inline)
    with read_workspace(profile) as workspace:
        display = DisplayOptions(is_json=json, is_live=not inline, log_file=workspace.log_file if verbose else None)
        code = carry_out(
            workspace,
            lambda watch: workspace.resume(run, recorded=recorded, options=options, watch=watch),
            display,
        )
    raise typer.Exit(code)
