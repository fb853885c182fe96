"""One file or folder under its own name, as `File`."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import ClassVar

from penstock.core.error import DataError
from penstock.core.value import File

_FOLDER = "file"
"""Holds the content: whatever it is called, it cannot be mistaken for the store's own manifest."""


class FileMaterializer:
    """`Materializer` of `File`; links are followed, so that what is kept depends on nothing outside."""

    kind: ClassVar[str] = "File"
    capabilities: ClassVar[frozenset[str]] = frozenset({"deterministic"})

    def save(self, value: File, folder: Path) -> None:
        """Copy the file or folder to ``file/<its name>``."""
        save_path(value.path, folder)

    def load(self, folder: Path) -> File:
        """The file or folder, where the store keeps it (read-only)."""
        return File(load_path(folder))


def save_path(path: Path, folder: Path) -> None:
    """Copy a file or folder to ``file/<its name>``.

    Raises
    ------
    DataError
        If it is not there, or holds something that cannot be copied (a dangling link, a device).
    """
    source = Path(os.path.abspath(path))
    if not (source.is_file() or source.is_dir()) or not source.name:
        raise DataError(
            f"'{path}' is no file or folder",
            where="value returned as File",
            fix="return the path of something that the step has written",
        )
    target = folder / _FOLDER / source.name
    target.parent.mkdir()
    try:
        if source.is_dir():
            shutil.copytree(source, target, copy_function=shutil.copyfile)
        else:
            shutil.copyfile(source, target)
    except shutil.Error as error:
        first = error.args[0][0] if isinstance(error.args[0], list) else error.args
        raise DataError(
            f"'{first[0]}' cannot be copied: {first[-1]}" if len(first) > 1 else str(error),
            where=f"value returned as File: {path}",
            fix="return a folder of plain files, or links to such",
        ) from error


def load_path(folder: Path) -> Path:
    """What `save_path` copied.

    Raises
    ------
    DataError
        If the artifact holds something else.
    """
    found = sorted((folder / _FOLDER).iterdir()) if (folder / _FOLDER).is_dir() else []
    if len(found) == 1:
        return found[0]
    raise DataError(
        "the artifact is not a File: it does not hold one file or folder", where=str(folder), fix="penstock store check"
    )


materializer = FileMaterializer()
