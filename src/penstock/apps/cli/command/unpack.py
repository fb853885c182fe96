"""`penstock unpack`: the files of a package."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from penstock.apps.cli.option import Json, new_app
from penstock.apps.cli.plain_value import PlainCommand

app = new_app()
_Zip = Annotated[Path, typer.Argument(metavar="ZIP", help="A package.", show_default=False)]
_Dir = Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.", show_default=False)]


@app.command(cls=PlainCommand)
def unpack(package: _Zip, folder: _Dir, json: Json = False) -> None:
    """Write the files of a package into a folder; each is checked against its digest."""
    from penstock.apps.cli.format import many
    from penstock.apps.cli.output import print_json
    from penstock.core.error import UsageError
    from penstock.engine.source import unpack as write

    if not package.is_file():
        raise UsageError(
            f"'{package}' {'is a folder' if package.is_dir() else 'does not exist'}",
            where=str(Path.cwd()),
            fix="name a package; make one with: penstock package FILE",
        )
    manifest = write(package, folder)
    if json:
        print_json({"folder": str(folder), "files": sorted(manifest.files)})
    else:
        print(f"{folder}  {many(len(manifest.files), 'file')}")
