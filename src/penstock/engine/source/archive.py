"""Reads packages: every byte that comes out was checked against the manifest."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any

from penstock.core.error import PackageError
from penstock.engine.source.manifest import FileEntry, Manifest
from penstock.engine.source.project import module_path

if TYPE_CHECKING:
    from zipfile import ZipFile

SOURCES = "sources/"
_MANIFEST = "manifest.json"
_MAX_MANIFEST_BYTES = 64 << 20
_CHUNK_BYTES = 1 << 16


class Package:
    """An open package.

    Parameters
    ----------
    path : Path
        The zip.

    Raises
    ------
    PackageError
        If it is missing, damaged, or unsafe: absolute names, ``..``, links, duplicates, files the manifest does
        not list or lists without their being there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._zip = self._open()
        self._pid = os.getpid()
        try:
            with _damage(path):
                self.manifest = self._check()
        except PackageError:
            self.close()
            raise

    def __enter__(self) -> Package:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file. Idempotent."""
        self._zip.close()

    @cached_property
    def graph_json(self) -> dict[str, Any]:
        """The packaged graph."""
        text = self.read("graph.json")
        try:
            graph: dict[str, Any] = json.loads(text)
        except ValueError as error:
            raise _unsafe(self.path, f"graph.json is no JSON: {error}") from error
        return graph

    def read(self, name: str) -> bytes:
        """Content of one file, verified.

        Raises
        ------
        PackageError
            If there is no such file, or its content does not match the manifest.
        """
        return b"".join(self.chunks(name))

    def chunks(self, name: str) -> Iterator[bytes]:
        """Content of one file piece by piece; the error of a mismatch comes with the last one."""
        entry = self.manifest.files.get(name)
        if entry is None:
            raise _unsafe(self.path, f"there is no file '{name}' in the package")
        if self._pid != os.getpid():
            # A forked child would share the position in the file with its parent.
            self._zip, self._pid = self._open(), os.getpid()
        with _damage(self.path), self._zip.open(name) as stream:
            yield from _verified(stream, name, entry, self.path)

    def module_source(self, module: str) -> tuple[bytes, str, bool] | None:
        """Source of a module, its file below the project root, and whether it is a package."""
        tail = module_path(module).replace(os.sep, "/")
        for folder in self.manifest.paths:
            found = self.file_source(f"{folder}/{tail}" if folder else tail)
            if found is not None:
                return found
        return None

    def file_source(self, stem: str) -> tuple[bytes, str, bool] | None:
        """As `module_source`, for a file below the project root without its suffix."""
        for name, is_package in ((f"{stem}/__init__.py", True), (f"{stem}.py", False)):
            if SOURCES + name in self.manifest.files:
                return self.read(SOURCES + name), name, is_package
        return None

    @cached_property
    def source_folders(self) -> frozenset[str]:
        """Folders below the project root that hold packaged Python files, directly or deeper."""
        folders = {
            parent.as_posix()
            for name in self.manifest.files
            if name.startswith(SOURCES) and name.endswith(".py")
            for parent in PurePosixPath(name.removeprefix(SOURCES)).parents
        }
        return frozenset(folders - {"."})

    def _open(self) -> ZipFile:
        from zipfile import ZipFile

        with _damage(self.path):
            return ZipFile(self.path)

    def _check(self) -> Manifest:
        infos = self._zip.infolist()
        names = [info.filename for info in infos]
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise _unsafe(self.path, f"'{twice}' is in the package twice")
        for info in infos:
            _check_name(info.filename, self.path)
            if stat.S_ISLNK(info.external_attr >> 16):
                raise _unsafe(self.path, f"'{info.filename}' is a symbolic link")
        if _MANIFEST not in names:
            raise _unsafe(self.path, "there is no manifest.json")
        with self._zip.open(_MANIFEST) as stream:
            text = stream.read(_MAX_MANIFEST_BYTES)
        manifest = Manifest.from_json(json.loads(text), str(self.path))
        odd = set(names) ^ {_MANIFEST, *manifest.files}
        if odd:
            raise _unsafe(self.path, f"'{min(odd)}' is either missing or not in the manifest")
        return manifest


def open_package(path: Path) -> Package:
    """Open a package; see `Package`."""
    return Package(path)


def unpack(path: Path, folder: Path, *, max_bytes: int = 1 << 30, max_files: int = 10_000) -> Manifest:
    """Write the files of a package into a new or empty folder.

    Parameters
    ----------
    path, folder : Path
    max_bytes, max_files : int
        More than that is refused; bytes are counted while reading, whatever the headers say.

    Raises
    ------
    PackageError
        If the package is damaged, unsafe or too big, or the folder is not empty.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise PackageError(
            f"{folder} exists and is not an empty folder", where=f"unpacking {path}", fix="name a new folder"
        )
    with Package(path) as package:
        names = sorted(package.manifest.files)
        if len(names) > max_files:
            raise _unsafe(path, f"the package has {len(names)} files, more than {max_files}")
        left = max_bytes
        for name in names:
            target = folder.joinpath(*name.split("/"))
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as stream:
                for chunk in package.chunks(name):
                    left -= len(chunk)
                    if left < 0:
                        raise _unsafe(path, f"the package holds more than {max_bytes} bytes")
                    stream.write(chunk)
        return package.manifest


def _verified(stream: IO[bytes], name: str, entry: FileEntry, path: Path) -> Iterator[bytes]:
    digest, size = hashlib.sha256(), 0
    while chunk := stream.read(_CHUNK_BYTES):
        digest.update(chunk)
        size += len(chunk)
        if size > entry.size:
            break
        yield chunk
    if size != entry.size or digest.hexdigest() != entry.sha256:
        raise _unsafe(path, f"'{name}' does not match the manifest")


def _check_name(name: str, path: Path) -> None:
    parts = name.split("/")
    is_plain = not any(mark in name for mark in ("\\", "\0")) and ":" not in parts[0]
    if not is_plain or any(part in ("", ".", "..") for part in parts):
        raise _unsafe(path, f"'{name}' is not a safe file name")


@contextmanager
def _damage(path: Path) -> Iterator[None]:
    """What the zip reader raises on a damaged file, as one kind of error."""
    import zlib
    from zipfile import BadZipFile, LargeZipFile

    try:
        yield
    except (BadZipFile, LargeZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        if isinstance(error, PackageError):
            raise
        raise PackageError(f"the package is damaged: {error}", where=str(path), fix="make the package again") from error
    except OSError as error:
        raise PackageError(
            f"the package cannot be read: {error.strerror or error}", where=str(path), fix="check the path"
        ) from error


def _unsafe(path: Path, what: str) -> PackageError:
    return PackageError(what, where=str(path), fix="make the package again, and do not use this one")
