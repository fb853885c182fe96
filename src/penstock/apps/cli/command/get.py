"""`penstock get`: an output or artifact as files, or a value as JSON."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from penstock.apps.cli.option import Json, Profile, new_app
from penstock.apps.cli.plain_value import PlainCommand

if TYPE_CHECKING:
    from penstock.core.artifact import ArtifactRef
    from penstock.workspace import Workspace

app = new_app()
_NAME = "RUN:OUTPUT, RUN:STEP.OUTPUT, or the first digits of a digest."
_Name = Annotated[str, typer.Argument(metavar="ARTIFACT", help=_NAME, show_default=False)]
_STDOUT = Path("-")
_PLACE = "Where to put it; '-' is standard output, for a JSON value."
_Out = Annotated[Path | None, typer.Option("-o", "--output", metavar="PATH", help=_PLACE, show_default=False)]


@app.command(cls=PlainCommand)
def get(name: _Name, output: _Out = None, profile: Profile = "", json: Json = False) -> None:
    """Copy an artifact out of the store; its content is verified. A JSON value is printed, or written to PATH.

    With --json: one object per line, the path of what was written or the value.
    """
    from penstock.apps.cli.artifact_name import find_value
    from penstock.apps.cli.format import plain_json
    from penstock.apps.cli.output import print_json, strict_json
    from penstock.apps.cli.session import read_workspace
    from penstock.core.artifact import ArtifactRef, artifacts_in
    from penstock.core.canonical import short
    from penstock.core.error import UsageError

    with read_workspace(profile) as workspace:
        value = find_value(workspace, name)
        plain = name.rpartition(":")[2]
        tell = _tell_json if json else print
        if not any(artifacts_in(value)):
            found = plain_json(value)
            if output is not None and output != _STDOUT:
                _write_json(found, output, tell)
            elif json:
                print_json({"value": found})
            else:
                print(strict_json(found, indent=2))
            return
        if output == _STDOUT:
            raise UsageError(
                f"'{name}' is files, not a JSON value", where="option -o", fix="name a path, or leave -o out"
            )
        if isinstance(value, ArtifactRef):
            tell(_copy(workspace, value, output or Path(plain), has_suffix=output is not None))
            return
        folder = output or Path(plain)
        for index, item in enumerate(artifacts_in(value)):
            tell(_copy(workspace, item, folder / f"{index:04d}-{short(item.digest)}"))


def _tell_json(path: Path) -> None:
    from penstock.apps.cli.output import print_json

    print_json({"path": str(path)})


def _write_json(value: Any, output: Path, tell: Callable[[Path], None]) -> None:
    from penstock.apps.cli.output import strict_json

    _refuse_existing(output)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(strict_json(value, indent=2) + "\n", encoding="utf-8")
    tell(output)


def _copy(workspace: Workspace, ref: ArtifactRef, target: Path, *, has_suffix: bool = True) -> Path:
    """A single file becomes ``target`` (or lies in it, if that is a folder); several become a folder."""
    import shutil

    from penstock.engine.runtime.value_io import artifact_path

    source = artifact_path(ref, workspace.blobs)
    if source.is_file():
        target = target if has_suffix else target.with_name(target.name + source.suffix)
        target = target / source.name if target.is_dir() else target
    _refuse_existing(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_file():
        shutil.copyfile(source, target)
    else:
        _copy_tree(source, target)
    return target


def _copy_tree(source: Path, target: Path) -> None:
    import shutil

    from penstock.apps.cli.blob_content import MANIFEST

    for path in sorted(source.rglob("*")):
        place = target / path.relative_to(source)
        if path.is_dir():
            place.mkdir(parents=True, exist_ok=True)
        elif path != source / MANIFEST:
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)


def _refuse_existing(target: Path) -> None:
    from penstock.core.error import UsageError

    if target.exists():
        raise UsageError(f"'{target}' exists already", where="option -o", fix="name another path, or remove it")
