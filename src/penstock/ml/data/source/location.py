"""Local files behind a source: which they are, what they really hold, and a digest of their content."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from penstock.core.canonical import PREFIX
from penstock.core.error import DataError, closest

AUTO = "auto"
"""Stands for the format that the endings of the names tell."""

SUFFIXES = {
    "csv": (".csv", ".tsv", ".csv.gz", ".tsv.gz"),
    "parquet": (".parquet", ".pq"),
}
"""Endings of file names by format."""

_MAGIC = (
    (b"PAR1", "parquet", "a Parquet file"),
    (b"\x1f\x8b", "gzip", "gzip-compressed"),
    (b"PK\x03\x04", "zip", "a zip archive (or a spreadsheet)"),
    (b"\x28\xb5\x2f\xfd", "zstd", "zstd-compressed"),
    (b"BZh", "bzip2", "bzip2-compressed"),
    (b"\xff\xd8\xff", "jpeg", "a JPEG image"),
    (b"\x89PNG", "png", "a PNG image"),
    (b"GIF8", "gif", "a GIF image"),
    (b"%PDF", "pdf", "a PDF document"),
    (b"ARROW1", "arrow", "an Arrow file"),
    (b"Obj\x01", "avro", "an Avro file"),
    (b"SQLite format 3", "sqlite", "an SQLite database"),
    (b"\xff\xfe", "utf-16", "UTF-16 text"),
    (b"\xfe\xff", "utf-16", "UTF-16 text"),
)
_CHUNK_BYTES = 1 << 20


def find_files(uri: str, suffixes: Sequence[str]) -> tuple[Path, ...]:
    """The file at a path, or the files of a folder that end so, in order of their names.

    Hidden files, files whose name begins with ``_``, other endings and subfolders are left out.

    Raises
    ------
    DataError
        If there is nothing at the path (the closest existing name is offered), it may not be read, or the
        folder has no such file.
    """
    if "://" in uri and not uri.startswith("file://"):
        raise DataError(
            f"'{uri.partition('://')[0]}' locations cannot be read",
            where=uri,
            fix="copy the data to a local file or folder, and give its path",
        )
    path = Path(uri.removeprefix("file://"))
    try:
        if path.is_file():
            return (path,)
        if path.is_dir():
            return _files_in(path, suffixes)
    except PermissionError as error:
        raise no_permission(path) from error
    raise _missing(path)


def _files_in(folder: Path, suffixes: Sequence[str]) -> tuple[Path, ...]:
    names = sorted(path.name for path in folder.iterdir() if path.is_file() and not path.name.startswith((".", "_")))
    found = tuple(folder / name for name in names if name.lower().endswith(tuple(suffixes)))
    if not found:
        others = f"; it holds {', '.join(names[:5])}" if names else ""
        raise DataError(
            f"the folder has no file that ends with {' or '.join(suffixes)}{others}",
            where=str(folder),
            fix="give the folder that holds the files itself (subfolders are not read), or another format",
        )
    return found


def _missing(path: Path) -> DataError:
    parent = path.absolute().parent
    try:
        names = [entry.name for entry in parent.iterdir()] if parent.is_dir() else []
    except PermissionError as error:
        raise no_permission(parent) from error
    near = closest(path.name, names).partition("; ")[0].partition("? known")[0] if names else ""
    hint = near + "?" if near.startswith("did you mean") else f"give the path of an existing file; {parent} is there"
    if not parent.is_dir():
        hint = f"give the path of an existing file; the folder {parent} does not exist either"
    return DataError("there is no such file or folder", where=str(path), fix=hint)


def no_permission(path: Path) -> DataError:
    """The error for a file or folder that this user may not read."""
    return DataError("reading it is not permitted", where=str(path), fix=f"allow it: chmod u+rX '{path}'")


def content_kind(path: Path) -> tuple[str, str]:
    """What the first bytes of a file say it is: a name and a description, or two empty texts.

    Raises
    ------
    DataError
        If the file may not be read.
    """
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except PermissionError as error:
        raise no_permission(path) from error
    return next(((kind, text) for magic, kind, text in _MAGIC if head.startswith(magic)), ("", ""))


def content_digest(paths: Iterable[Path]) -> str:
    """Digest of the contents of files in their order; their names do not count.

    Raises
    ------
    DataError
        If a file may not be read.
    """
    whole = hashlib.sha256()
    for path in paths:
        one = hashlib.sha256()
        try:
            with path.open("rb") as file:
                while chunk := file.read(_CHUNK_BYTES):
                    one.update(chunk)
        except PermissionError as error:
            raise no_permission(path) from error
        whole.update(one.digest())
    return PREFIX + whole.hexdigest()
