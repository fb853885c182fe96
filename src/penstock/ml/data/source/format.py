"""Which format the data at a path has, and the source that reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from penstock.core.error import DataError
from penstock.core.plugin import load_plugin
from penstock.core.protocol import Source
from penstock.ml.data.source.location import AUTO, SUFFIXES, find_files

GROUP = "penstock.sources"


def open_source(uri: str, *, format: str = AUTO, **options: Any) -> Source:
    """The source for a path.

    Parameters
    ----------
    uri : str
        A file, or a folder of files of one format.
    format : str
        Name of an entry point of ``penstock.sources``; ``auto`` goes by the endings of the file names.
    **options
        For the source; those that are None are left out.

    Raises
    ------
    DataError
        If nothing is there, or the format cannot be told from the names.
    NotFoundError
        If no such format is known.
    """
    name = detect_format(uri) if format == AUTO else format
    given = {option: value for option, value in options.items() if value is not None}
    factory = load_plugin(GROUP, name)
    try:
        return cast("Source", factory(uri, **given))
    except TypeError as error:
        raise DataError(
            f"format '{name}' does not take {', '.join(sorted(given)) or 'a path'}",
            where=uri,
            fix="leave that option out, or give another format",
        ) from error


def detect_format(uri: str) -> str:
    """``csv`` or ``parquet``, by the endings of the file's name, or of all names in the folder.

    Raises
    ------
    DataError
        If there is nothing, an ending is unknown, or a folder holds both.
    """
    every = tuple(suffix for suffixes in SUFFIXES.values() for suffix in suffixes)
    files = find_files(uri, every)
    found = {name: path for path in files for name, suffixes in SUFFIXES.items() if _ends(path, suffixes)}
    if len(found) == 1:
        return next(iter(found))
    if found:
        names = " and ".join(f"{path.name} ({name})" for name, path in sorted(found.items()))
        raise DataError(
            f"the folder mixes formats: {names}", where=uri, fix="say which to read: format='csv' or format='parquet'"
        )
    raise DataError(
        f"the ending of '{files[0].name}' does not tell its format",
        where=uri,
        fix=f"say it: format='csv' or format='parquet'; known endings: {', '.join(every)}",
    )


def _ends(path: Path, suffixes: tuple[str, ...]) -> bool:
    return path.name.lower().endswith(suffixes)
