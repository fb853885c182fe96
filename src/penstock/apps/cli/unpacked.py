"""Pipelines out of packages."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from penstock.core.error import UsageError

if TYPE_CHECKING:
    from penstock.engine.source import Manifest


def unpacked(package: Path) -> tuple[Path, str]:
    """The file of a package's pipeline, unpacked into the workspace, and the pipeline's name.

    What was unpacked before is used again if it is as it was; otherwise it is replaced.

    Raises
    ------
    UsageError
        If it was packed from a notebook.
    PackageError
        If it is damaged or unsafe.
    """
    from penstock.core.canonical import short
    from penstock.engine.config import create_workspace, find_workspace
    from penstock.engine.source import SOURCES, open_package

    with open_package(package) as opened:
        manifest, name = opened.manifest, str(opened.graph_json["name"])
    if not manifest.main:
        raise UsageError(
            f"'{package}' was packed from a notebook, which cannot be loaded as a file",
            where=str(package),
            fix="pack it from a Python file: penstock package FILE",
        )
    home = find_workspace(Path.cwd())
    create_workspace(home)
    folder = home / "packages" / f"{package.stem}-{short(manifest.digest)}"
    if not _is_intact(folder, manifest):
        _replace(folder, package)
    return folder / SOURCES / manifest.main, name


def _is_intact(folder: Path, manifest: Manifest) -> bool:
    """Whether a folder holds the files of a package as they were, and no other module among them."""
    import hashlib

    for name, entry in manifest.files.items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != entry.size:
            return False
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != entry.sha256:
                return False
    modules = {path.relative_to(folder).as_posix() for path in folder.rglob("*.py")}
    return modules <= set(manifest.files)


def _replace(folder: Path, package: Path) -> None:
    """Unpack beside the folder, then put that in its place: nobody sees half of it."""
    from penstock.engine.source import unpack

    new, old = (folder.with_name(f".{folder.name}.{os.getpid()}.{word}") for word in ("new", "old"))
    try:
        for left in (new, old):
            shutil.rmtree(left, ignore_errors=True)
        unpack(package, new)
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
    finally:
        for left in (new, old):
            shutil.rmtree(left, ignore_errors=True)
