"""Blobs at any URL that fsspec knows, kept on this machine once fetched."""

from __future__ import annotations

import json
import shutil
import sys
from collections import defaultdict
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from penstock.core.canonical import PREFIX
from penstock.core.clock import now_us
from penstock.core.error import ConfigError, CorruptArtifactError, NotFoundError, StoreError
from penstock.core.plugin import require
from penstock.core.protocol import BlobInfo
from penstock.engine.store.blobs.local import QUARANTINE, LocalBlobs
from penstock.engine.store.blobs.manifest import (
    MANIFEST,
    Entry,
    absent,
    address,
    corrupt,
    is_blob_name,
    read_manifest,
    size_in_manifest,
)

_PACKAGES = {
    "s3": ("s3fs", "s3"),
    "s3a": ("s3fs", "s3"),
    "gs": ("gcsfs", "gcs"),
    "gcs": ("gcsfs", "gcs"),
}
_THREADS = 16
_HALF_MADE_US = 24 * 3600 * 1_000_000
"""An upload without a manifest after a day is nobody's any more."""


class RemoteBlobs:
    """`BlobStore` at an fsspec URL, with the layout of a local one; the manifest is uploaded last.

    Parameters
    ----------
    url : str
        For instance ``s3://bucket/prefix``.
    cache : Path
        A `LocalBlobs` folder: blobs are staged in it, and fetched into it.

    Raises
    ------
    MissingDependencyError
        If the package for that kind of URL is not installed.
    ConfigError
        If nothing knows that kind of URL.
    """

    def __init__(self, url: str, *, cache: Path) -> None:
        self.url = url.rstrip("/")
        self._cache = LocalBlobs(cache)
        self._where = f"blob store {self.url}"
        self._files, self._root = _file_system(self.url)

    def stage(self) -> Path:
        """A new empty folder on this machine to write a blob into."""
        return self._cache.stage()

    def commit(self, staged: Path) -> BlobInfo:
        """Hash a staged folder, keep it in the cache and upload it; content that exists is kept once.

        Raises
        ------
        StoreError
            If the disk or the remote store refuses.
        """
        info = self._cache.commit(staged)
        folder = self._cache.fetch(info.digest)
        data = (folder / MANIFEST).read_bytes()
        with self._remote("cannot upload a blob"):
            if self._manifest(info.digest) != data:
                entries = read_manifest(data, info.digest, self._where)
                names = [entry.path for entry in entries if not entry.is_folder]
                self._transfer(
                    self._files.put_file, [(str(folder / name), self._at(info.digest, name)) for name in names]
                )
            # Also where it was there already: garbage collection spares the young.
            self._files.pipe_file(self._at(info.digest, MANIFEST), data)
        return info

    def fetch(self, digest: str) -> Path:
        """The blob's folder in the cache, verified; downloaded if it is not there.

        Raises
        ------
        NotFoundError
            If the store does not have it.
        CorruptArtifactError
            If what the store has does not match the digest.
        """
        try:
            return self._cache.fetch(digest)
        except NotFoundError:
            pass
        except CorruptArtifactError:
            self._cache.delete(digest)
        return self._download(digest)

    def blobs(self, digests: Collection[str] | None = None) -> Iterator[BlobInfo]:
        """Blobs whose commit is complete: all, or those of the given digests that exist."""
        wanted = list(dict.fromkeys(self._digests() if digests is None else digests))
        paths = [(digest,) for digest in wanted]
        with self._remote("cannot list blobs"):
            found = self._transfer(self._info, paths)
        yield from (info for info in found if info is not None)

    def delete(self, digest: str) -> None:
        """Remove a blob, its manifest first, here and in the cache; nothing happens if it is not there."""
        with self._remote("cannot remove a blob"):
            self._remove(digest)
        self._cache.delete(digest)

    def verify(self, digest: str) -> None:
        """Compare the store's manifest and file sizes with the digest; contents are hashed by `fetch`.

        Raises
        ------
        NotFoundError
            If the store does not have it.
        CorruptArtifactError
            If a file is missing or has another size.
        """
        with self._remote("cannot read a blob"):
            entries = self._entries(digest)
            found = self._files.find(self._at(digest, ""), detail=True)
        sizes = {path: int(info["size"]) for path, info in found.items()}
        for entry in entries:
            if not entry.is_folder and sizes.get(self._at(digest, entry.path)) != entry.size_bytes:
                raise corrupt(digest, entry.path, "it is missing or has another size", self._where)

    def quarantine(self, digest: str) -> str:
        """Put a blob aside, so that it counts as absent; the place where it now lies."""
        place = f"{self._root}/{QUARANTINE}/{digest.removeprefix(PREFIX)}"
        with self._remote("cannot put a blob aside"):
            for path in self._files.find(self._at(digest, "")):
                self._files.copy(path, place + path.removeprefix(self._at(digest, "").rstrip("/")))
            self._remove(digest)
        self._cache.delete(digest)
        return f"{self.url}/{QUARANTINE}/{digest.removeprefix(PREFIX)}"

    def sweep(self, *, dry_run: bool) -> list[str]:
        """Remove uploads that were never completed, and staging folders of dead processes."""
        left = self._cache.sweep(dry_run=dry_run)
        with self._remote("cannot remove what is left of an upload"):
            for digest, files in self._by_blob().items():
                newest = max(_modified_us(info) for info in files.values())
                if MANIFEST not in files and now_us() - newest > _HALF_MADE_US:
                    left.append(f"{self.url}/{address(digest)}")
                    if not dry_run:
                        self._remove(digest)
        return left

    def _download(self, digest: str) -> Path:
        staged = self._cache.stage()
        try:
            with self._remote("cannot download a blob"):
                entries = self._entries(digest)
                for entry in entries:
                    folder = staged / entry.path if entry.is_folder else (staged / entry.path).parent
                    folder.mkdir(parents=True, exist_ok=True)
                names = [entry.path for entry in entries if not entry.is_folder]
                pairs = [(self._at(digest, name), str(staged / name)) for name in names]
                try:
                    self._transfer(self._files.get_file, pairs)
                except FileNotFoundError as error:
                    raise corrupt(digest, str(error.filename or error), "it is missing", self._where) from error
        except BaseException:
            shutil.rmtree(staged, ignore_errors=True)
            raise
        info = self._cache.commit(staged)
        folder = self._cache.fetch(info.digest)
        if info.digest != digest:
            there = {Entry(**item) for item in json.loads((folder / MANIFEST).read_bytes())}
            wrong = sorted(entry.path for entry in set(entries) ^ there)
            self._cache.delete(info.digest)
            raise corrupt(digest, wrong[0], "its content does not match the digest", self._where)
        return folder

    def _entries(self, digest: str) -> list[Entry]:
        data = self._manifest(digest)
        if data is None:
            raise absent(digest, self._where)
        return read_manifest(data, digest, self._where)

    def _manifest(self, digest: str) -> bytes | None:
        try:
            return bytes(self._files.cat_file(self._at(digest, MANIFEST)))
        except FileNotFoundError:
            return None

    def _info(self, digest: str) -> BlobInfo | None:
        try:
            info = self._files.info(self._at(digest, MANIFEST))
        except FileNotFoundError:
            return None
        data = self._manifest(digest)
        return None if data is None else BlobInfo(digest, size_in_manifest(data, digest), _modified_us(info))

    def _digests(self) -> list[str]:
        with self._remote("cannot list blobs"):
            return sorted(digest for digest, files in self._by_blob().items() if MANIFEST in files)

    def _by_blob(self) -> dict[str, dict[str, Any]]:
        """Files by digest and relative path, also of uploads that are not complete."""
        found: dict[str, dict[str, Any]] = defaultdict(dict)
        for path, info in self._files.find(self._root, detail=True).items():
            folder, _, rest = path.removeprefix(self._root).lstrip("/").partition("/")
            name, _, file = rest.partition("/")
            if file and is_blob_name(folder, name):
                found[PREFIX + name][file] = info
        return found

    def _remove(self, digest: str) -> None:
        if self._manifest(digest) is not None:
            self._files.rm_file(self._at(digest, MANIFEST))
        for path in self._files.find(self._at(digest, "")):
            self._files.rm_file(path)

    def _at(self, digest: str, name: str) -> str:
        # Stores and the servers before them stumble over control characters and the like; nobody does over ASCII.
        return f"{self._root}/{address(digest)}/{quote(name)}"

    def _transfer(self, call: Any, arguments: list[Any]) -> list[Any]:
        if len(arguments) < 2:
            return [call(*some) for some in arguments]
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(_THREADS) as pool:
            return list(pool.map(lambda some: call(*some), arguments))

    @contextmanager
    def _remote(self, what: str) -> Iterator[None]:
        try:
            yield
        except StoreError:
            raise
        except _failures() as error:
            told = str(error).strip() or type(error).__name__
            raise StoreError(
                f"{what}: {told.splitlines()[0]}",
                where=self._where,
                fix="see that the store can be reached and that bucket and credentials are right, then run again",
            ) from error


def _failures() -> tuple[type[BaseException], ...]:
    """What the libraries below raise when a store cannot be reached or refuses."""
    found: list[type[BaseException]] = [OSError]
    for module, names in (("botocore.exceptions", ("BotoCoreError", "ClientError")), ("aiohttp", ("ClientError",))):
        if module in sys.modules:
            found += [getattr(sys.modules[module], name) for name in names]
    return tuple(found)


def _file_system(url: str) -> tuple[Any, str]:
    from fsspec.core import url_to_fs

    scheme = url.partition("://")[0]
    if scheme in _PACKAGES:
        package, extra = _PACKAGES[scheme]
        require(package, extra=extra, where=f"blob store {url}")
    try:
        # Listings must show what other processes have written.
        files, root = url_to_fs(url, use_listings_cache=False)
    except (ImportError, ValueError) as error:
        raise ConfigError(
            f"a blob store at {url} cannot be opened: {error}",
            where="setting 'artifacts'",
            fix="name a folder, or a URL that fsspec knows (s3://bucket/prefix), with its package installed",
        ) from error
    return files, str(root).rstrip("/")


def _modified_us(info: dict[str, Any]) -> int:
    """When a file was written; now, hence too young to be collected, where the store does not tell."""
    for name in ("LastModified", "last_modified", "mtime", "updated", "modified", "created"):
        told = info.get(name)
        if isinstance(told, str):
            told = datetime.fromisoformat(told)
        if isinstance(told, datetime):
            return int((told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp() * 1_000_000)
        if isinstance(told, int | float):
            return int(told * 1_000_000)
    return now_us()
