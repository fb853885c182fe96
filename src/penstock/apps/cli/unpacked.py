"""Pipelines out of packages."""

from __future__ import annotations

from pathlib import Path

from penstock.core.error import UsageError


def unpacked(package: Path) -> tuple[Path, str]:
    """The file of a package's pipeline, unpacked once into the workspace, and the pipeline's name.

    Raises
    ------
    UsageError
        If it was packed from a notebook.
    PackageError
        If it is damaged or unsafe.
    """
    from penstock.core.canonical import short
    from penstock.engine.config import find_workspace
    from penstock.engine.source import SOURCES, open_package, unpack

    with open_package(package) as opened:
        manifest, name = opened.manifest, str(opened.graph_json["name"])
    if not manifest.main:
        raise UsageError(
            f"'{package}' was packed from a notebook, which cannot be loaded as a file",
            where=str(package),
            fix="pack it from a Python file: penstock package FILE",
        )
    folder = find_workspace(Path.cwd()) / "packages" / f"{package.stem}-{short(manifest.digest)}"
    if not folder.exists():
        unpack(package, folder)
    return folder / SOURCES / manifest.main, name
