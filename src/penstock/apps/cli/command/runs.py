"""`penstock runs`: lists runs, and deletes old ones."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from penstock.apps.cli.option import Json, Profile, new_app
from penstock.apps.cli.plain_value import PlainCommand

if TYPE_CHECKING:
    from penstock.core.record import RunRecord
    from penstock.workspace import Workspace

app = new_app()
_SHOWN = 20
_Pipeline = Annotated[str, typer.Option("--pipeline", metavar="NAME", help="Only runs of this pipeline.")]
_Limit = Annotated[
    int | None, typer.Option("--limit", metavar="N", min=0, help="At most so many, 0 for all; 20 unless --json.")
]


@app.callback(invoke_without_command=True)
def runs(
    context: typer.Context, pipeline: _Pipeline = "", limit: _Limit = None, profile: Profile = "", json: Json = False
) -> None:
    """List runs, newest first.

    With --json: one object per line.
    """
    if context.invoked_subcommand:
        return
    from penstock.apps.cli.output import print_json
    from penstock.apps.cli.session import has_workspace, open_workspace

    found: list[RunRecord] = []
    if has_workspace(profile):
        with open_workspace(profile) as workspace:
            count = limit if limit is not None else 0 if json else _SHOWN
            found = [run.record for run in workspace.runs(pipeline=pipeline, limit=count)]
    if json:
        for record in found:
            print_json(_run_json(record))
    else:
        _print_table(found, is_cut=limit is None and len(found) == _SHOWN)


def _run_json(record: RunRecord) -> dict[str, Any]:
    from penstock.apps.cli.elapsed import run_seconds
    from penstock.apps.cli.format import iso_time

    return {
        "run": record.run,
        "pipeline": record.pipeline,
        "status": record.state,
        "created": iso_time(record.created_us),
        "finished": iso_time(record.finished_us),
        "seconds": run_seconds(record),
        "parameters": dict(record.parameters),
    }


def _print_table(found: Sequence[RunRecord], *, is_cut: bool) -> None:
    from penstock.apps.cli.elapsed import run_time
    from penstock.apps.cli.format import columns, json_text, moment
    from penstock.apps.cli.output import print_lines
    from penstock.apps.cli.terminal import Painter

    painter = Painter(sys.stdout)
    if not found:
        print("no runs yet; make one: penstock run FILE")
        return
    rows = [[painter.dim(title) for title in ("run", "pipeline", "status", "created", "time", "parameters")]]
    for record in found:
        given = " ".join(f"{name}={json_text(value, limit=30)}" for name, value in record.parameters.items())
        status = painter.status(record.state)
        shown = painter.dim(given if len(given) <= 60 else given[:57] + "...")
        rows.append([record.run, record.pipeline, status, moment(record.created_us), run_time(record), shown])
    print_lines(columns(rows, right=frozenset({4})))
    if is_cut:
        print(painter.dim(f"the newest {_SHOWN}; all of them: penstock runs --limit 0"))


_Names = Annotated[list[str] | None, typer.Argument(metavar="[RUN]...", help="Runs by id.", show_default=False)]
_OlderThan = Annotated[str, typer.Option("--older-than", metavar="AGE", help="Runs older than 90m, 12h, 30d, 2w.")]
_Keep = Annotated[int | None, typer.Option("--keep", metavar="N", min=0, help="All but the newest N of each pipeline.")]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say which.")]


@app.command(cls=PlainCommand)
def delete(
    names: _Names = None,
    older_than: _OlderThan = "",
    keep: _Keep = None,
    pipeline: _Pipeline = "",
    dry_run: _DryRun = False,
    profile: Profile = "",
    json: Json = False,
) -> None:
    """Forget runs; with both options, those that both would delete. Running ones stay.

    Artifacts stay too, until penstock gc.
    """
    from penstock.apps.cli.format import many
    from penstock.apps.cli.output import print_json, print_lines
    from penstock.apps.cli.session import read_workspace

    with read_workspace(profile) as workspace:
        chosen = _chosen(workspace, names or [], older_than, keep, pipeline)
        if chosen and not dry_run:
            workspace.store.runs.forget(chosen)
    if json:
        print_json({"deleted": chosen, "dry_run": dry_run})
        return
    print_lines(chosen)
    print(f"{many(len(chosen), 'run')} {'to be deleted' if dry_run else 'deleted'}; penstock gc frees their artifacts")


def _chosen(workspace: Workspace, names: list[str], older_than: str, keep: int | None, pipeline: str) -> list[str]:
    from penstock.core import state
    from penstock.core.error import UsageError
    from penstock.core.record import run_lease

    held = {lease.name for lease in workspace.store.leases.live()}
    if names:
        records = [workspace.store.runs.run(name) for name in names]
        for record in records:
            if run_lease(record.run) in held:
                raise UsageError(
                    f"run '{record.run}' is {state.RUNNING}", where="penstock runs delete", fix="cancel it first"
                )
        return [record.run for record in records]
    if not older_than and keep is None:
        raise UsageError(
            "it is not said which runs",
            where="penstock runs delete",
            fix="name them, or use --older-than 30d or --keep 10",
        )
    records = [run.record for run in workspace.runs(pipeline=pipeline)]
    before_us = _before_us(older_than)
    kept = _newest(records, keep)
    return [
        record.run
        for record in records
        if run_lease(record.run) not in held and record.run not in kept and record.created_us < before_us
    ]


def _before_us(older_than: str) -> float:
    """Runs that were created earlier are old enough."""
    from penstock.apps.cli.format import wanted_duration

    if not older_than:
        return float("inf")
    return (time.time() - wanted_duration(older_than, where="option --older-than")) * 1e6


def _newest(records: Sequence[RunRecord], keep: int | None) -> set[str]:
    """The newest so many of each pipeline; none where no number is given."""
    seen: dict[str, int] = {}
    kept = set()
    for record in records:
        seen[record.pipeline] = seen.get(record.pipeline, 0) + 1
        if keep is not None and seen[record.pipeline] <= keep:
            kept.add(record.run)
    return kept
