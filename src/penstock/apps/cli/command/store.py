"""`penstock store`: whether everything that was recorded is there and whole."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from penstock.apps.cli.option import Json, Profile, new_app
from penstock.apps.cli.plain_value import PlainCommand

if TYPE_CHECKING:
    from penstock.engine.store import Finding

app = new_app()
_RERUN = "run the pipeline again: what was put aside is made anew"
_Repair = Annotated[bool, typer.Option("--repair", help="Put corrupt artifacts aside; the next run makes them anew.")]


@app.callback(invoke_without_command=True)
def store(context: typer.Context) -> None:
    """Look after the store."""
    if context.invoked_subcommand is None:
        print(context.get_help())


@app.command(cls=PlainCommand)
def check(repair: _Repair = False, profile: Profile = "", json: Json = False) -> None:
    """Check the database, and hash every artifact anew. Exit code 1 if an error is left.

    With --json: one finding per line.
    """
    from dataclasses import asdict, replace

    from penstock.apps.cli.output import print_json
    from penstock.apps.cli.session import open_workspace
    from penstock.engine.config import resolve_secret
    from penstock.engine.store import check_store, store_exists
    from penstock.engine.store import repair as put_aside

    with open_workspace(profile) as workspace:
        is_there = store_exists(resolve_secret(workspace.settings.store, where="setting 'store'"))
        findings = check_store(workspace.store, workspace.blobs) if is_there else []
        done = put_aside(workspace.blobs, findings) if repair and findings else []
    mended = [finding for finding in findings if repair and finding.digest]
    left = [finding for finding in findings if finding not in mended]
    if json:
        for finding in findings:
            print_json({**asdict(finding), "repaired": finding in mended})
    else:
        _print(left, [replace(finding, severity="repaired", fix=_RERUN) for finding in mended])
        for line in done:
            print(line)
    if any(finding.severity == "error" for finding in left):
        raise typer.Exit(1)


def _print(findings: list[Finding], mended: list[Finding]) -> None:
    from penstock.apps.cli.failure import failure_lines
    from penstock.apps.cli.format import many
    from penstock.apps.cli.output import print_lines
    from penstock.apps.cli.terminal import Painter

    painter = Painter(sys.stdout)
    for finding in [*mended, *findings]:
        print_lines(failure_lines(finding.what, finding.where, finding.fix, painter, title=finding.severity))
    errors = sum(finding.severity == "error" for finding in findings)
    counts = [f"{len(mended)} repaired"] if mended else []
    counts += [many(errors, "error"), many(len(findings) - errors, "warning")]
    print(", ".join(counts) if findings or mended else "the store is clean")
