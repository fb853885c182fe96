"""`penstock data`: the data room on files, without a pipeline."""

from __future__ import annotations

import typer

from penstock.apps.cli.data.describe import describe
from penstock.apps.cli.data.drift import drift
from penstock.apps.cli.data.leakage import leakage
from penstock.apps.cli.data.merge import merge
from penstock.apps.cli.data.schema import schema
from penstock.apps.cli.data.split import split
from penstock.apps.cli.data.validate import validate
from penstock.apps.cli.option import new_app
from penstock.apps.cli.plain_value import PlainCommand

app = new_app()


@app.callback(invoke_without_command=True)
def data(context: typer.Context) -> None:
    """Look at data, and hold it to its schema."""
    if context.invoked_subcommand is None:
        print(context.get_help())


for _command in (describe, merge, schema, validate, drift, split, leakage):
    app.command(cls=PlainCommand)(_command)
