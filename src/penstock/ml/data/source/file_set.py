"""The files that a source reads: at one location or several, here or fetched, and the same from first byte to last."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from penstock.core.canonical import digest_of
from penstock.core.error import DataError
from penstock.ml.data.source.location import content_digest, find_files, is_remote
from penstock.ml.data.source.url import mask

if TYPE_CHECKING:
    import pyarrow as pa

    from penstock.ml.data.source.remote import RemoteFile, RemoteFolder


class FileSet:
    """Files at one location or several.

    Parameters
    ----------
    uri : str or sequence of str
        Each the path of a file, a folder or a pattern, or an URL of one of them. Their files follow each other
        in the given order, within one location in the order of their names.
    suffixes : sequence of str
        Endings of the files that count in a folder.
    cache : str
        Folder that keeps what is fetched; by default a temporary one, removed with this object.
    filesystem : mapping, optional
        Options of the file system behind an URL, no secrets.
    """

    def __init__(
        self,
        uri: str | Sequence[str],
        suffixes: Sequence[str],
        *,
        cache: str = "",
        filesystem: Mapping[str, Any] | None = None,
    ) -> None:
        self.uris = (uri,) if isinstance(uri, str) else tuple(uri)
        self._suffixes = tuple(suffixes)
        self._cache = cache
        self._options = dict(filesystem or {})
        self._origin: dict[str, str] = {}
        if not self.uris:
            raise DataError("no location is given", where="a source", fix="give at least one")

    def __str__(self) -> str:
        return ", ".join(mask(uri) for uri in self.uris)

    @cached_property
    def paths(self) -> tuple[Path, ...]:
        """The files on this machine, fetched where they lay elsewhere.

        Raises
        ------
        DataError
            If there is none, or one cannot be read or fetched.
        """
        found: list[Path] = []
        for uri in self.uris:
            if not is_remote(uri):
                found += find_files(uri, self._suffixes)
                continue
            place, files = self._remote[uri]
            for file in files:
                path = place.fetch(file, self._folder if file.stamp else self._own_folder)
                self._origin[str(path)] = mask(file.url)
                found.append(path)
        return tuple(found)

    @property
    def names(self) -> list[str]:
        """Names of the files; nothing is fetched."""
        return [
            file.name
            for uri in self.uris
            for file in (self._remote[uri][1] if is_remote(uri) else find_files(uri, self._suffixes))
        ]

    def fingerprint(self) -> str:
        """Digest of the contents of files here, of the versions of files elsewhere; empty where one has none."""
        parts = []
        for uri in self.uris:
            if is_remote(uri):
                files = self._remote[uri][1]
                if not all(file.stamp for file in files):
                    return ""
                parts.append(digest_of([[file.name, file.stamp] for file in files]))
            else:
                parts.append(content_digest(find_files(uri, self._suffixes)))
        return parts[0] if len(parts) == 1 else digest_of(parts)

    def stream(self, open_rows: Callable[[], pa.RecordBatchReader]) -> pa.RecordBatchReader:
        """The rows that a function reads from the files, with an error if a file changes before the last of them.

        Raises
        ------
        DataError
            If a file changed while it was read; and whatever the function raises, with a fetched file's URL.
        """
        import pyarrow as pa

        before = [_state(path) for path in self.paths]
        with self._told(before):
            reader = open_rows()

        def rows() -> Iterator[pa.RecordBatch]:
            with self._told(before):
                yield from reader

        return pa.RecordBatchReader.from_batches(reader.schema, rows())

    @contextmanager
    def _told(self, before: list[tuple[int, int]]) -> Iterator[None]:
        try:
            yield
        except DataError as error:
            self._check_unchanged(before, error)
            raise self._renamed(error) from error.__cause__
        self._check_unchanged(before, None)

    def _check_unchanged(self, before: list[tuple[int, int]], cause: DataError | None) -> None:
        for path, state in zip(self.paths, before, strict=True):
            if _state(path) != state:
                raise DataError(
                    "the file changed while it was read",
                    where=self._origin.get(str(path), str(path)),
                    fix="run again when it is complete; write to another name first, and rename it at the end",
                ) from cause

    def _renamed(self, error: DataError) -> DataError:
        texts = [error.what, error.where, error.fix]
        for path, url in self._origin.items():
            texts = [text.replace(path, url) for text in texts]
        return DataError(texts[0], where=texts[1], fix=texts[2])

    @cached_property
    def _remote(self) -> dict[str, tuple[RemoteFolder, list[RemoteFile]]]:
        from penstock.ml.data.source.remote import RemoteFolder

        places = {uri: RemoteFolder(uri, self._options) for uri in self.uris if is_remote(uri)}
        return {uri: (place, place.files(self._suffixes)) for uri, place in places.items()}

    @cached_property
    def _folder(self) -> Path:
        return Path(self._cache) if self._cache else self._own_folder

    @cached_property
    def _own_folder(self) -> Path:
        folder = Path(tempfile.mkdtemp(prefix="penstock-fetched-"))
        weakref.finalize(self, _remove, folder, os.getpid())
        return folder


def _remove(folder: Path, owner: int) -> None:
    # A forked child that ends must leave its parent's copies alone.
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)


def _state(path: Path) -> tuple[int, int]:
    """Size and time of a file; a file that is gone has none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return -1, -1
    return found.st_size, found.st_mtime_ns
