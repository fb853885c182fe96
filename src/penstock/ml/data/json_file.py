"""One JSON file that holds a result: written as canonical JSON, and read from its path or an artifact's folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from penstock.core.canonical import canonical_json
from penstock.core.error import DataError


def place_of(path: Path | str, file_name: str) -> Path:
    """The file that is meant.

    Parameters
    ----------
    path : path
        The file, or the folder of an artifact.
    file_name : str
        Its name inside of an artifact.
    """
    place = Path(path)
    return place / file_name if place.is_dir() else place


def read_file(place: Path, what: str, *, fix: str) -> bytes:
    """The content of a file.

    Parameters
    ----------
    place : Path
    what : str
        What it should hold, for the message: ``the anomalies``.
    fix : str
        What to give instead.

    Raises
    ------
    DataError
        If it cannot be read.
    """
    try:
        return place.read_bytes()
    except OSError as error:
        raise DataError(f"{what} cannot be read: {error.strerror}", where=str(place), fix=fix) from error


def write_file(path: Path | str, content: bytes, what: str) -> None:
    """Write a file.

    Raises
    ------
    DataError
        If it cannot be written.
    """
    try:
        Path(path).write_bytes(content)
    except OSError as error:
        raise DataError(
            f"{what} cannot be written: {error.strerror}",
            where=str(path),
            fix="give a file in an existing folder that may be written",
        ) from error


def write_json(path: Path | str, value: Any, what: str) -> None:
    """Write plain JSON values; equal ones give the same bytes.

    Raises
    ------
    DataError
        If the file cannot be written.
    """
    write_file(path, (canonical_json(value) + "\n").encode(), what)
