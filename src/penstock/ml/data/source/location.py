"""Local files behind a source: which they are, what they really hold, and a digest of their content."""

from __future__ import annotations

import glob
import hashlib
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from penstock.core.canonical import PREFIX
from penstock.core.error import DataError, closest
from penstock.ml.data.connection import shorten

AUTO = "auto"
"""Stands for the format that the endings of the names tell."""

SUFFIXES = {
    "arrow": (".arrow", ".arrows", ".feather", ".ipc"),
    "avro": (".avro",),
    "csv": (".csv", ".tsv", ".csv.gz", ".tsv.gz"),
    "jsonl": (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz"),
    "parquet": (".parquet", ".pq"),
    "tfrecord": (".tfrecord", ".tfrecords", "_tfrecord", ".tfrecord.gz", ".tfrecords.gz", "_tfrecord.gz"),
}
"""Endings of file names by format; a shard's number, ``-00000-of-00010``, does not count."""

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
    (b"FEA1", "feather1", "a Feather file of the first version"),
    (b"\xff\xff\xff\xff", "arrow-stream", "an Arrow stream"),
    (b"Obj\x01", "avro", "an Avro file"),
    (b"SQLite format 3", "sqlite", "an SQLite database"),
    (b"\xff\xfe", "utf-16", "UTF-16 text"),
    (b"\xfe\xff", "utf-16", "UTF-16 text"),
)
_CHUNK_BYTES = 1 << 20
_SHARD = re.compile(r"-\d{5}-of-\d{5}")
_LISTED = 5


def is_remote(uri: str) -> bool:
    """Whether a location is an URL of another machine (or of `memory`), not a path."""
    return "://" in uri and not uri.startswith(("file://", "local://"))


def is_pattern(uri: str) -> bool:
    """Whether a location has wildcards."""
    return any(sign in uri for sign in "*?[")


def has_ending(name: str, suffixes: Sequence[str]) -> bool:
    """Whether a file's name ends so, apart from case and a shard's number.

    Examples
    --------
    >>> has_ending("Train.tfrecord-00000-of-00010", [".tfrecord"]), has_ending("a.csv.gz", [".csv"])
    (True, False)
    """
    return _SHARD.sub("", name.lower()).endswith(tuple(suffixes))


def is_hidden(name: str) -> bool:
    """Whether a name begins with ``.`` or ``_``; marks such as ``_SUCCESS`` hold no rows."""
    return name.startswith((".", "_"))


def find_files(uri: str, suffixes: Sequence[str]) -> tuple[Path, ...]:
    """The file at a path, the files of a folder that end so, or all files that a pattern matches; by name.

    Hidden files and files whose name begins with ``_`` are left out. A folder's other files and subfolders are
    left out, too. In a pattern ``*`` and ``?`` stand for part of a name, ``**`` for any number of folders.

    Raises
    ------
    DataError
        If there is nothing at the path (the closest existing name is offered), it may not be read, the folder has
        no such file, or the pattern matches none.
    """
    path = Path(uri.removeprefix("file://").removeprefix("local://"))
    if not uri:
        # An empty path would mean the folder that the program happens to run in.
        raise DataError("the location is empty", where="a source", fix="give a path or an URL; '.' for this folder")
    try:
        if path.is_file():
            return (path,)
        if path.is_dir():
            return _files_in(path, suffixes)
        if is_pattern(str(path)):
            return _matched(path)
    except PermissionError as error:
        raise no_permission(path) from error
    except OSError as error:
        what = f"the path cannot be looked up: {error.strerror}"
        raise DataError(what, where=shorten(str(path)), fix="correct the path") from error
    raise _missing(path)


def _files_in(folder: Path, suffixes: Sequence[str]) -> tuple[Path, ...]:
    names = sorted(path.name for path in folder.iterdir() if path.is_file() and not is_hidden(path.name))
    return tuple(folder / name for name in with_ending(names, suffixes, str(folder)))


def with_ending(names: Sequence[str], suffixes: Sequence[str], folder: str) -> list[str]:
    """The names of a folder's files that end so.

    Raises
    ------
    DataError
        If there is none.
    """
    found = [name for name in names if has_ending(name, suffixes)]
    if not found:
        others = f"; it holds {', '.join(names[:_LISTED])}" if names else ""
        raise DataError(
            f"the folder has no file that ends with {' or '.join(suffixes)}{others}",
            where=folder,
            fix="give the folder that holds the files itself (subfolders are not read; the pattern "
            "'FOLDER/**/*' reaches them), or another format",
        )
    return found


def _matched(pattern: Path) -> tuple[Path, ...]:
    parts = pattern.parts
    first = next(index for index, part in enumerate(parts) if is_pattern(part))
    fixed = Path(*parts[:first])
    # glob passes over folders that may not be read; rows would be missing and nobody told.
    for end in range(first, len(parts)):
        for folder in glob.glob(str(Path(*parts[:end])), recursive=True):
            _check_readable(Path(folder))
    found = (Path(name) for name in glob.glob(str(pattern), recursive=True))
    files = tuple(sorted(path for path in found if not is_hidden(path.name) and path.is_file()))
    if not files:
        raise no_match(str(pattern), str(fixed) if fixed.is_dir() else "")
    return files


def _check_readable(folder: Path) -> None:
    try:
        os.scandir(folder).close()
    except (NotADirectoryError, FileNotFoundError):
        # A file where a pattern would take folders, or one that has just gone.
        return
    except PermissionError as error:
        raise no_permission(folder) from error


def no_match(pattern: str, folder: str) -> DataError:
    """The error for a pattern that no file matches, beneath a folder that is there (or empty text)."""
    return DataError(
        "no file matches the pattern",
        where=pattern,
        fix=f"correct it; the folder {folder} is there" if folder else "correct it; its folder does not exist",
    )


def _missing(path: Path) -> DataError:
    parent = path.absolute().parent
    try:
        names = [entry.name for entry in parent.iterdir()] if parent.is_dir() else []
    except PermissionError as error:
        raise no_permission(parent) from error
    hint = near_name(path.name, names) or f"give the path of an existing file; {parent} is there"
    if not parent.is_dir():
        hint = f"give the path of an existing file; the folder {parent} does not exist either"
    return DataError("there is no such file or folder", where=str(path), fix=hint)


def near_name(name: str, names: Sequence[str]) -> str:
    """``did you mean 'x'?``, or empty text when no name is near."""
    near = closest(name, names).partition("; ")[0].partition("? known")[0] if names else ""
    return near + "?" if near.startswith("did you mean") else ""


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
