"""`penstock init`: a project that runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from penstock.apps.cli.option import new_app
from penstock.apps.cli.plain_value import PlainCommand

app = new_app()
_FILES = {
    "pipeline.py": "pipeline.py.txt",
    "penstock.toml": "penstock.toml.txt",
    "pyproject.toml": "pyproject.toml.txt",
    "tests/test_pipeline.py": "test_pipeline.py.txt",
    "README.md": "README.md.txt",
    ".gitignore": "gitignore.txt",
}
"""Files of a new project, and the template of each."""

_Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the project.", show_default=False)]


@app.command(cls=PlainCommand)
def init(folder: _Folder) -> None:
    """Write a small project: a pipeline, settings and a test. Nothing is overwritten."""
    from penstock.apps.cli.terminal import Painter

    _refuse_existing(folder)
    name = _identifier(folder.resolve().name)
    for target, template in _FILES.items():
        _write(folder / target, _template(template, name))
    print(f"{folder} holds a project that runs: {', '.join(_FILES)}")
    import sys

    painter = Painter(sys.stdout)
    for at, command in enumerate((f"cd {folder}", "penstock run pipeline.py", "pytest")):
        print(f"  {painter.dim('next') if at == 0 else '    '}  {command}")


def _refuse_existing(folder: Path) -> None:
    from penstock.core.error import UsageError

    if folder.exists() and not folder.is_dir():
        raise UsageError(f"'{folder}' is a file", where="penstock init", fix="name a folder")
    taken = [target for target in _FILES if (folder / target).exists()]
    if taken:
        raise UsageError(
            f"'{folder}' has {', '.join(taken)} already",
            where="penstock init",
            fix="name a new folder, or move them away",
        )


def _identifier(name: str) -> str:
    """A folder's name as the name of a pipeline."""
    import keyword
    import re

    found = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_").lower()
    is_free = found.isidentifier() and not keyword.iskeyword(found) and not found.startswith("test")
    return found if is_free else f"project_{found}".rstrip("_")


def _template(template: str, name: str) -> str:
    from importlib.resources import files
    from string import Template

    text = files("penstock.apps.cli").joinpath("template", template).read_text(encoding="utf-8")
    return Template(text).substitute(name=name)


def _write(path: Path, text: str) -> None:
    from penstock.core.error import UsageError

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"'{path}' cannot be written: {error.strerror}", where="penstock init", fix="name a folder you may write to"
        ) from error
