"""`penstock lineage`: what an artifact was made from, and what was made from it."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from penstock.apps.cli.option import Json, Profile, new_app
from penstock.apps.cli.plain_value import PlainCommand

app = new_app()
_NAME = "RUN:OUTPUT, RUN:STEP.OUTPUT, or the first digits of a digest."
_Name = Annotated[str, typer.Argument(metavar="ARTIFACT", help=_NAME, show_default=False)]
_Depth = Annotated[int, typer.Option("--depth", metavar="N", min=1, help="Steps to go, up and down.")]


@app.command(cls=PlainCommand)
def lineage(name: _Name, depth: _Depth = 20, profile: Profile = "", json: Json = False) -> None:
    """Draw where an artifact comes from and where it went."""
    from penstock.apps.cli.artifact_name import find_value
    from penstock.apps.cli.lineage_tree import LineageTree
    from penstock.apps.cli.output import print_json, print_lines
    from penstock.apps.cli.session import read_workspace
    from penstock.apps.cli.terminal import Painter
    from penstock.core.artifact import artifacts_in
    from penstock.core.error import UsageError

    with read_workspace(profile) as workspace:
        refs = list(artifacts_in(find_value(workspace, name)))
        if not refs:
            raise UsageError(
                f"'{name}' is a JSON value, not an artifact",
                where="the command line",
                fix=f"see it: penstock get {name}",
            )
        tree = LineageTree(workspace.store.lineage, depth)
        for ref in refs:
            if json:
                print_json(tree.to_json(ref))
            else:
                print_lines(tree.lines(ref, Painter(sys.stdout)))
