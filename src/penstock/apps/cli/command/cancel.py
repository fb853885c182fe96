"""`penstock cancel`: stops a run that another process carries out."""

from __future__ import annotations

from penstock.apps.cli.option import Json, Profile, RunName, new_app
from penstock.apps.cli.plain_value import PlainCommand

app = new_app()


@app.command(cls=PlainCommand)
def cancel(run: RunName, profile: Profile = "", json: Json = False) -> None:
    """Ask a running run to stop; its steps are stopped, what is committed is kept."""
    from penstock.apps.cli.output import print_json
    from penstock.apps.cli.session import read_workspace

    with read_workspace(profile) as workspace:
        found = workspace.get_run(run).id
        workspace.cancel(found)
    if json:
        print_json({"run": found, "canceled": True})
    else:
        print(f"{found} was asked to stop; finish it later with: penstock resume {found}")
