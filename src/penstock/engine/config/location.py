"""Where the workspace and the settings file of a folder are."""

from __future__ import annotations

import os
from pathlib import Path

from penstock.core.error import ConfigError, StoreError

FILE_NAME = "penstock.toml"
FOLDER_NAME = ".penstock"
HOME_VARIABLE = "PENSTOCK_HOME"


def find_workspace(start: Path) -> Path:
    """The workspace folder of a folder; it is not created here.

    ``PENSTOCK_HOME`` wins. Else the nearest ``.penstock/`` upwards, up to the folder that holds
    ``penstock.toml``; else a new one beside that file, or in ``start``.

    Raises
    ------
    ConfigError
        If ``start`` is not a folder, or the workspace is something else than one.
    """
    start = _existing_folder(start)
    given = os.environ.get(HOME_VARIABLE, "")
    if given:
        return _not_a_file(Path(given).expanduser().absolute(), f"environment variable {HOME_VARIABLE}")
    for folder in (start, *start.parents):
        if (folder / FOLDER_NAME).is_dir() or (folder / FILE_NAME).is_file():
            return _not_a_file(folder / FOLDER_NAME, f"folder {folder}")
    return _not_a_file(start / FOLDER_NAME, f"folder {start}")


def find_settings_file(start: Path) -> Path | None:
    """The nearest ``penstock.toml`` upwards, or None."""
    start = _existing_folder(start)
    for folder in (start, *start.parents):
        if (folder / FILE_NAME).is_file():
            return folder / FILE_NAME
    return None


def create_workspace(home: Path) -> None:
    """Make the workspace folder, hidden from git; nothing happens if it is there.

    Raises
    ------
    StoreError
        If it cannot be made or written to.
    """
    if home.is_dir() and os.access(home, os.W_OK | os.X_OK):
        return
    try:
        home.mkdir(parents=True, exist_ok=True)
        (home / ".gitignore").write_text("*\n", encoding="utf-8")
    except OSError as error:
        raise StoreError(
            f"workspace '{home}' cannot be written: {error.strerror}",
            where=f"folder {home.parent}",
            fix=f"make it writable, or use another folder: export {HOME_VARIABLE}=/path/to/workspace",
        ) from error


def _existing_folder(start: Path) -> Path:
    folder = start.expanduser().absolute()
    if not folder.is_dir():
        raise ConfigError(
            f"'{start}' is not a folder",
            where="the folder to start from",
            fix="start from a folder that exists",
        )
    return folder


def _not_a_file(home: Path, where: str) -> Path:
    if home.exists() and not home.is_dir():
        raise ConfigError(
            f"workspace '{home}' is not a folder",
            where=where,
            fix=f"remove the file, or use another folder: export {HOME_VARIABLE}=/path/to/workspace",
        )
    return home
