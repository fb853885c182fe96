"""Files behind URLs that fsspec knows: listed, told apart by version, fetched in bounded memory."""

from __future__ import annotations

import hashlib
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from penstock.core.error import DataError
from penstock.core.plugin import require
from penstock.ml.data.source.location import is_hidden, is_pattern, near_name, no_match, with_ending
from penstock.ml.data.source.url import is_secret_name, mask

T = TypeVar("T")

PAUSES_S = (0.5, 2.0)
"""Waiting times before the second and the third attempt."""

_PACKAGES = {
    "s3": ("s3fs", "s3"),
    "s3a": ("s3fs", "s3"),
    "gs": ("gcsfs", "gcs"),
    "gcs": ("gcsfs", "gcs"),
    "http": ("aiohttp", "http"),
    "https": ("aiohttp", "http"),
}
_HDFS = (
    "install Java and Hadoop's client library libhdfs; set JAVA_HOME, HADOOP_HOME, ARROW_LIBHDFS_DIR (the folder of "
    "libhdfs.so) and CLASSPATH (what `hadoop classpath --glob` prints)"
)
_TAGS = ("ETag", "etag", "md5Hash", "content_md5", "Content-MD5", "generation")
_TIMES = ("LastModified", "last_modified", "Last-Modified", "mtime", "updated", "modified", "created")
_ENDED_BY_CALLER = range(400, 500)
_ABSENT = (404, 410)
_WORTH_ANOTHER_TRY = (408, 425, 429)


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """One object as its store lists it.

    Parameters
    ----------
    url : str
        With everything that is needed to fetch it.
    size_bytes : int
        -1 where the store does not tell.
    stamp : str
        Changes when the content does: the store's ETag, else size and time; empty where it tells neither.
    """

    url: str
    size_bytes: int
    stamp: str

    @property
    def name(self) -> str:
        """Last part of the path."""
        return self.url.partition("?")[0].rstrip("/").rpartition("/")[2]


class RemoteFolder:
    """A place that fsspec can list and read.

    Parameters
    ----------
    url : str
        Of a file, a folder or a pattern (``s3://bucket/day/*.csv``; over ``http`` of a file only).
    options : mapping, optional
        For the file system, for instance ``{"anon": True}``. Secrets come from the environment.

    Raises
    ------
    DataError
        If nothing knows that kind of URL, or an option would hold a secret.
    MissingDependencyError
        If the package for that kind of URL is not installed.
    """

    def __init__(self, url: str, options: Mapping[str, Any] | None = None) -> None:
        self.url = url
        self.shown = mask(url)
        self._files, self._path = _file_system(url, dict(options or {}))

    def files(self, suffixes: Sequence[str]) -> list[RemoteFile]:
        """The file, the files of the folder that end so, or all that the pattern matches; by name.

        Raises
        ------
        DataError
            If there is none, or the place cannot be reached or refuses.
        """
        if is_pattern(self.url) and not self._is_web():
            return self._matched()
        try:
            info = self._tried(lambda: self._files.info(self._path))
        except FileNotFoundError as error:
            raise self._missing() from error
        if info.get("type") != "directory":
            return [self._file(self.url, info)]
        entries = self._tried(lambda: self._files.ls(self._path, detail=True))
        found = {_last(entry["name"]): entry for entry in entries if entry.get("type") != "directory"}
        names = sorted(name for name in found if name and not is_hidden(name))
        return [
            self._file(self._url_of(found[name]["name"]), found[name])
            for name in with_ending(names, suffixes, self.shown)
        ]

    def matches(self) -> list[str]:
        """URLs of the files and folders that the pattern matches, by name."""
        return sorted(self._url_of(path) for path in self._tried(lambda: self._files.glob(self._path)))

    def fetch(self, file: RemoteFile, folder: Path) -> Path:
        """Copy an object into a folder on this machine, unless that version of it is there already.

        Raises
        ------
        DataError
            If it is gone, changes meanwhile, arrives cut off, or the place cannot be reached or refuses.
        """
        key = hashlib.sha256(f"{file.url}\n{file.stamp}".encode()).hexdigest()[:32]
        target = folder / key / (file.name or "data")
        if file.stamp and target.is_file() and file.size_bytes in (-1, target.stat().st_size):
            return target
        _make_folder(target.parent)
        half_made = target.with_name(f".{uuid4().hex}")
        path = self._files._strip_protocol(file.url)
        try:
            self._tried(lambda: self._files.get_file(path, str(half_made)))
            self._check_whole(file, path, half_made)
            os.replace(half_made, target)
        except FileNotFoundError as error:
            raise DataError("it was there, and is gone", where=mask(file.url), fix="run again") from error
        finally:
            half_made.unlink(missing_ok=True)
        return target

    def _check_whole(self, file: RemoteFile, path: str, copy: Path) -> None:
        now = self._file(file.url, self._tried(lambda: self._files.info(path)))
        if now.stamp != file.stamp:
            raise DataError("it changed while it was fetched", where=mask(file.url), fix="run again when it is written")
        size = copy.stat().st_size
        if file.size_bytes not in (-1, size):
            what = f"{size} of {file.size_bytes} bytes arrived"
            raise DataError(what, where=mask(file.url), fix="run again; see that the connection is sound")

    def _matched(self) -> list[RemoteFile]:
        found = self._tried(lambda: self._files.glob(self._path, detail=True))
        files = [
            self._file(self._url_of(path), info)
            for path, info in sorted(found.items())
            if info.get("type") != "directory" and not is_hidden(_last(path))
        ]
        if not files:
            raise no_match(self.shown, "")
        return files

    def _missing(self) -> DataError:
        folder, _, name = self._path.rstrip("/").rpartition("/")
        near = ""
        if not self._is_web() and folder:
            try:
                near = near_name(
                    name, [_last(path) for path in self._tried(lambda: self._files.ls(folder, detail=False))]
                )
            except FileNotFoundError:
                near = f"its folder {mask(self._url_of(folder))} does not exist either"
        return DataError("there is no such file or folder", where=self.shown, fix=near or "correct the URL")

    def _file(self, url: str, info: Mapping[str, Any]) -> RemoteFile:
        size = info.get("size")
        return RemoteFile(url, -1 if size is None else int(size), _stamp(info))

    def _url_of(self, path: str) -> str:
        return path if "://" in path else str(self._files.unstrip_protocol(path))

    def _is_web(self) -> bool:
        return self.url.startswith(("http://", "https://"))

    def _tried(self, call: Callable[[], T]) -> T:
        """The answer of a store that may need a second or third attempt."""
        for pause_s in (*PAUSES_S, None):
            try:
                return call()
            except DataError:
                raise
            except _failures() as error:
                cause = self._cause(error)
                if isinstance(cause, FileNotFoundError):
                    raise
                if pause_s is None or _is_lasting(cause):
                    raise self._refused(cause) from error
                time.sleep(pause_s)
        raise AssertionError("the last attempt ends above")

    def _cause(self, error: BaseException) -> BaseException:
        """What really happened: fsspec takes whatever a web server does for an absent file."""
        cause = error.__cause__
        is_hidden_failure = self._is_web() and isinstance(error, FileNotFoundError) and isinstance(cause, _failures())
        return (
            cause if cause is not None and is_hidden_failure and getattr(cause, "status", 0) not in _ABSENT else error
        )

    def _refused(self, error: BaseException) -> DataError:
        told = mask(str(error).strip() or type(error).__name__).splitlines()[0]
        return DataError(
            f"it cannot be read: {told}",
            where=self.shown,
            fix="see that the place can be reached, that its name is right, and that the environment gives credentials",
        )


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(
            f"the folder that keeps what is fetched cannot be made: {error.strerror}",
            where=str(folder),
            fix="give another folder as `cache`, or none",
        ) from error


def _file_system(url: str, options: dict[str, Any]) -> tuple[Any, str]:
    from fsspec.core import url_to_fs

    shown = mask(url)
    if secret := next(filter(is_secret_name, options), ""):
        raise DataError(
            f"the option '{secret}' would be recorded with the run",
            where=shown,
            fix="give credentials by the environment or the files that the service's own tools use",
        )
    scheme = url.partition("://")[0].lower()
    if scheme in _PACKAGES:
        package, extra = _PACKAGES[scheme]
        require(package, extra=extra, where=shown)
    try:
        # What other processes wrote must be seen.
        files, path = url_to_fs(url, use_listings_cache=False, **options)
    except (ImportError, ValueError, OSError, TypeError) as error:
        told = mask(str(error).strip() or type(error).__name__).splitlines()[0]
        raise DataError(
            f"'{scheme}' locations cannot be opened: {told}",
            where=shown,
            fix=_HDFS
            if scheme == "hdfs"
            else "name a file, a folder, or an URL that fsspec knows, with its package installed",
        ) from error
    return files, str(path)


def _stamp(info: Mapping[str, Any]) -> str:
    tag = next((str(info[name]).strip('"') for name in _TAGS if info.get(name)), "")
    if tag:
        return f"tag {tag}"
    written = next((_time(info[name]) for name in _TIMES if info.get(name)), "")
    size = info.get("size")
    return f"{size} bytes, {written}" if written and size is not None else ""


def _time(told: Any) -> str:
    """A time in one form: some file systems tell it otherwise in a listing than of a file."""
    if isinstance(told, datetime):
        told = (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp()
    return f"{told:.3f}" if isinstance(told, float) else str(told)


def _failures() -> tuple[type[BaseException], ...]:
    """What the libraries below raise when a place cannot be reached or refuses."""
    found: list[type[BaseException]] = [OSError]
    for module, names in (
        ("botocore.exceptions", ("BotoCoreError", "ClientError")),
        ("aiohttp", ("ClientError", "InvalidURL")),
        ("gcsfs.retry", ("HttpError",)),
        ("google.auth.exceptions", ("GoogleAuthError",)),
    ):
        if module in sys.modules:
            found += [getattr(sys.modules[module], name) for name in names]
    return tuple(found)


def _is_lasting(error: BaseException) -> bool:
    """Whether another attempt would end alike."""
    status = getattr(error, "status", None)
    if isinstance(status, int) and status in _ENDED_BY_CALLER:
        return status not in _WORTH_ANOTHER_TRY
    return isinstance(error, PermissionError | IsADirectoryError) or "Credentials" in type(error).__name__


def _last(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2]
