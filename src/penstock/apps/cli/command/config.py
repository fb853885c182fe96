"""`penstock config`: the settings in force."""

from __future__ import annotations

from typing import Annotated

import typer

from penstock.apps.cli.option import Json, Profile, new_app
from penstock.apps.cli.plain_value import PlainCommand

app = new_app()
_Origin = Annotated[bool, typer.Option("--origin", help="Say where each comes from.")]


@app.callback(invoke_without_command=True)
def config(context: typer.Context) -> None:
    """Show settings, and where each comes from."""
    if context.invoked_subcommand is None:
        show()


@app.command(cls=PlainCommand)
def show(origin: _Origin = False, profile: Profile = "", json: Json = False) -> None:
    """Print every setting that holds here; secrets are masked."""
    from penstock.apps.cli.format import columns, json_text
    from penstock.apps.cli.output import print_json, print_lines
    from penstock.engine.config import load_settings

    settings = load_settings(profile=profile or None)
    values = settings.shown()
    if json:
        print_json(
            {name: {"value": value, "origin": settings.origins[name]} for name, value in values.items()}
            if origin
            else values
        )
        return
    rows = [[name, json_text(value, limit=0)] for name, value in values.items()]
    if origin:
        rows = [[*row, settings.origins[row[0]]] for row in rows]
    print_lines(columns(rows))
