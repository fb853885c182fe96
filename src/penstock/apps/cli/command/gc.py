"""`penstock gc`: removes what no run refers to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from penstock.apps.cli.option import Json, Profile, new_app
from penstock.apps.cli.plain_value import PlainCommand

if TYPE_CHECKING:
    from penstock.engine.store import GarbageReport

app = new_app()
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be removed.")]
_MinAge = Annotated[str, typer.Option("--min-age", metavar="AGE", help="Younger artifacts stay: 90s, 15m, 12h, 30d.")]


@app.command(cls=PlainCommand)
def gc(dry_run: _DryRun = False, min_age: _MinAge = "1h", profile: Profile = "", json: Json = False) -> None:
    """Remove artifacts that no recorded run refers to; what a running run may still need stays."""
    from penstock.apps.cli.format import many, size, wanted_duration
    from penstock.apps.cli.output import print_json
    from penstock.apps.cli.session import read_workspace
    from penstock.engine.store import collect_garbage

    min_age_s = wanted_duration(min_age, where="option --min-age")
    with read_workspace(profile) as workspace:
        found = collect_garbage(workspace.store, workspace.blobs, dry_run=dry_run, min_age_s=min_age_s)
    if json:
        print_json(_report_json(found))
        return
    verb = "would be removed" if dry_run else "removed"
    print(f"{many(len(found.removed), 'artifact')} {verb}, {size(found.freed_bytes)}; {found.num_kept} stay")
    if found.staging:
        print(f"{many(len(found.staging), 'half-written folder')} of dead processes {verb}")


def _report_json(found: GarbageReport) -> dict[str, Any]:
    return {
        "removed": [{"digest": info.digest, "size_bytes": info.size_bytes} for info in found.removed],
        "kept": found.num_kept,
        "freed_bytes": found.freed_bytes,
        "staging": list(found.staging),
        "dry_run": found.is_dry_run,
    }
