"""`penstock package`: a pipeline or a step with its sources, as one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from penstock.apps.cli.option import Json, new_app
from penstock.apps.cli.plain_value import PlainCommand

app = new_app()
_FILE = "Python file, and the pipeline or step in it."
_Target = Annotated[str, typer.Argument(metavar="FILE[:NAME]", help=_FILE, show_default=False)]
_Out = Annotated[Path | None, typer.Option("-o", "--output", metavar="ZIP", help="By default NAME.zip here.")]
_WithData = Annotated[bool, typer.Option("--with-data", help="Also the project's other files, whatever their size.")]


@app.command(cls=PlainCommand)
def package(target: _Target, output: _Out = None, with_data: _WithData = False, json: Json = False) -> None:
    """Pack a pipeline (or a single step) with the project's sources; identical sources give identical bytes."""
    from penstock.apps.cli.format import many, size
    from penstock.apps.cli.output import only_json, print_json
    from penstock.apps.cli.target import load_target
    from penstock.workspace import package as write_package

    with only_json(json):
        found = load_target(target)
        path = output or Path(f"{found.name}.zip")
        manifest = write_package(found, path, with_data=with_data)
    size_bytes = path.stat().st_size
    if json:
        print_json({"package": str(path), "digest": manifest.digest, "size_bytes": size_bytes})
    else:
        print(
            f"{path}  {many(len(manifest.files), 'file')}, {size(size_bytes)}; look inside: penstock unpack {path} DIR"
        )
