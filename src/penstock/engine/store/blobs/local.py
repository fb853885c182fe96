"""Blobs in a folder of this machine."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from penstock.core.canonical import PREFIX, digest_bytes
from penstock.core.clock import now_us
from penstock.core.error import CorruptArtifactError, NotFoundError, StoreError
from penstock.core.protocol import BlobInfo
from penstock.engine.store.blobs.manifest import (
    MANIFEST,
    Entry,
    absent,
    address,
    corrupt,
    hash_file,
    is_blob_name,
    list_files,
    manifest_bytes,
    read_manifest,
    size_in_manifest,
)
from penstock.engine.store.disk_error import disk_error
from penstock.engine.store.process import is_pid_running, this_process

STAGING = ".staging"
QUARANTINE = ".quarantine"
_FOREIGN_STAGING_US = 7 * 24 * 3600 * 1_000_000
_THREADS = 8

# A file that this process has hashed is the same file as long as these stay: inode, time of change, size.
_Identity = tuple[int, int, int]
_VERIFIED: dict[str, _Identity] = {}


class LocalBlobs:
    """`BlobStore` in a folder: ``<root>/<2 hex>/<64 hex>/`` holds the files and their manifest.

    Parameters
    ----------
    root : Path
        Made when first needed.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()

    def stage(self) -> Path:
        """A new empty folder to write a blob into, on the same disk as the store."""
        folder = self._new_name()
        with self._disk("cannot make a folder to write a blob into"):
            folder.mkdir(parents=True)
        return folder

    def commit(self, staged: Path) -> BlobInfo:
        """Flush, hash and publish a staged folder atomically; content that exists is kept once.

        Raises
        ------
        StoreError
            If the disk refuses, or the folder holds links or devices; the staged folder is removed.
        """
        try:
            with self._disk("cannot write a blob"):
                return self._commit(staged)
        except StoreError:
            shutil.rmtree(staged, ignore_errors=True)
            raise

    def fetch(self, digest: str) -> Path:
        """The blob's own folder, verified; a file is hashed once per process while it does not change.

        Raises
        ------
        NotFoundError
            If the store does not have it.
        CorruptArtifactError
            If its content does not match the digest; names the file.
        """
        folder = self._folder(digest)
        with self._disk("cannot read a blob"):
            entries = self._entries(digest, folder)
            stale = [entry for entry in entries if not entry.is_folder and not self._is_verified(folder / entry.path)]
            if stale:
                self._require_intact(digest, folder, entries, stale)
        return folder

    def blobs(self, digests: Collection[str] | None = None) -> Iterator[BlobInfo]:
        """Blobs whose commit is complete: all, or those of the given digests that exist."""
        for digest in self._digests() if digests is None else digests:
            folder = self._folder(digest)
            with suppress(FileNotFoundError, NotADirectoryError):
                changed_ns = os.stat(folder / MANIFEST).st_mtime_ns
                size_bytes = size_in_manifest((folder / MANIFEST).read_bytes(), digest)
                yield BlobInfo(digest, size_bytes, changed_ns // 1000)

    def delete(self, digest: str) -> None:
        """Remove a blob; nothing happens if it is not there."""
        trash = self._new_name()
        with self._disk("cannot remove a blob"):
            trash.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileNotFoundError):
                # Renamed first: at no instant is there half a blob.
                self._folder(digest).rename(trash)
                shutil.rmtree(trash)

    def verify(self, digest: str) -> None:
        """Hash a blob again whatever this process knows; raises as `fetch` does."""
        folder = self._folder(digest)
        with self._disk("cannot read a blob"):
            entries = self._entries(digest, folder)
            self._require_intact(digest, folder, entries, [entry for entry in entries if not entry.is_folder])

    def quarantine(self, digest: str) -> str:
        """Put a blob aside, so that it counts as absent; the place where it now lies, empty if it is gone."""
        place = self.root / QUARANTINE / f"{digest.removeprefix(PREFIX)}-{secrets.token_hex(4)}"
        with self._disk("cannot put a blob aside"):
            place.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._folder(digest).rename(place)
            except FileNotFoundError:
                return ""
        return str(place)

    def sweep(self, *, dry_run: bool) -> list[str]:
        """Remove staging folders of processes that are dead; the paths removed."""
        staging = self.root / STAGING
        if not staging.is_dir():
            return []
        left = [folder for folder in sorted(staging.iterdir()) if _is_left_behind(folder)]
        if not dry_run:
            for folder in left:
                with self._disk("cannot remove a staging folder"):
                    shutil.rmtree(folder)
        return [str(folder) for folder in left]

    def _commit(self, staged: Path) -> BlobInfo:
        files, folders = list_files(staged)
        hashed = _hash_all([staged / path for path in files])
        entries = [entry._replace(path=path) for path, entry in zip(files, hashed, strict=True)]
        entries += [Entry(path, "", 0) for path in folders]
        data = manifest_bytes(entries)
        digest = digest_bytes(data)
        _write_read_only(staged / MANIFEST, data)
        _flush_folders(staged, files, folders)
        target = self._folder(digest)
        if self._publish(staged, target, digest):
            _VERIFIED.update((str(target / path), _identity(target / path)) for path in files)
        return BlobInfo(digest, sum(entry.size_bytes for entry in entries), now_us())

    def _publish(self, staged: Path, target: Path, digest: str) -> bool:
        """Rename into place; False if the same content is there already, made young again."""
        while True:
            is_first = not target.parent.exists()
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                staged.rename(target)
            except OSError:
                if not target.exists():
                    raise
                if not self._keep(digest, target):
                    continue
                shutil.rmtree(staged)
                return False
            _flush(target.parent)
            if is_first:
                _flush(self.root)
            return True

    def _keep(self, digest: str, target: Path) -> bool:
        """Whether the blob that is there may stay; a corrupt one is put aside."""
        try:
            # Garbage collection spares the young: this blob is in use again.
            with suppress(PermissionError):  # it belongs to another user, who collects it
                os.utime(target / MANIFEST)
            self.fetch(digest)
        except CorruptArtifactError:
            self.quarantine(digest)
            return False
        except (FileNotFoundError, NotFoundError):
            return False  # removed, or put aside by somebody else, meanwhile
        return True

    def _entries(self, digest: str, folder: Path) -> list[Entry]:
        try:
            data = (folder / MANIFEST).read_bytes()
        except (FileNotFoundError, NotADirectoryError) as error:
            if folder.is_dir():
                raise corrupt(digest, MANIFEST, "it is missing", str(self.root)) from error
            raise absent(digest, str(self.root)) from error
        return read_manifest(data, digest, str(self.root))

    def _is_verified(self, path: Path) -> bool:
        try:
            return _VERIFIED.get(str(path)) == _identity(path)
        except FileNotFoundError:
            return False

    def _require_intact(self, digest: str, folder: Path, entries: Sequence[Entry], stale: Sequence[Entry]) -> None:
        wanted = {entry.path for entry in entries}
        files, folders = _list_blob(folder)
        for path in sorted(wanted - {*files, *folders}):
            raise corrupt(digest, path, "it is missing", str(self.root))
        for path in sorted({*files, *folders} - wanted):
            raise corrupt(digest, path, "it does not belong to the blob", str(self.root))
        known = [_identity(folder / entry.path) for entry in stale]
        hashed = _hash_all([folder / entry.path for entry in stale], is_flushed=False)
        for entry, found, identity in zip(stale, hashed, known, strict=True):
            if (found.sha256, found.size_bytes) != (entry.sha256, entry.size_bytes):
                _VERIFIED.pop(str(folder / entry.path), None)
                raise corrupt(digest, entry.path, "its content does not match the digest", str(self.root))
            _VERIFIED[str(folder / entry.path)] = identity

    def _digests(self) -> Iterator[str]:
        if not self.root.is_dir():
            return
        for folder in sorted(os.listdir(self.root)):
            if len(folder) == 2 and (self.root / folder).is_dir():
                yield from (
                    PREFIX + name for name in sorted(os.listdir(self.root / folder)) if is_blob_name(folder, name)
                )

    def _folder(self, digest: str) -> Path:
        return self.root / address(digest)

    def _new_name(self) -> Path:
        me = this_process()
        return self.root / STAGING / f"{me.host}-{me.pid}-{me.started}-{secrets.token_hex(6)}"

    @contextmanager
    def _disk(self, what: str) -> Iterator[None]:
        try:
            yield
        except StoreError:
            raise
        except OSError as error:
            raise disk_error(error, what=what, where=f"blob store {self.root}") from error


def _is_left_behind(folder: Path) -> bool:
    host, pid, started, _ = (folder.name.rsplit("-", 3) + [""] * 4)[:4]
    if host == this_process().host and pid.isdecimal() and started.isdecimal():
        return not is_pid_running(int(pid), int(started))
    # Nothing is known of other hosts' processes; nobody writes for a week without a new file.
    with suppress(FileNotFoundError):
        return now_us() - os.stat(folder).st_mtime_ns // 1000 > _FOREIGN_STAGING_US
    return False


def _list_blob(folder: Path) -> tuple[list[str], list[str]]:
    """Files and empty folders of a published blob, without its manifest."""
    files: list[str] = []
    folders: list[str] = []
    for base, below, names in os.walk(folder):
        prefix = "" if base == str(folder) else os.path.relpath(base, folder) + "/"
        files.extend(prefix + name for name in names)
        if prefix and not below and not names:
            folders.append(prefix)
    files.remove(MANIFEST)
    return files, folders


def _hash_all(paths: Sequence[Path], *, is_flushed: bool = True) -> list[Entry]:
    if len(paths) < _THREADS:
        return [_seal(path) if is_flushed else hash_file(path) for path in paths]
    # Hashing and flushing release the interpreter; the disk takes many flushes in the time of one.
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(_THREADS) as pool:
        return list(pool.map(_seal if is_flushed else hash_file, paths))


def _seal(path: Path) -> Entry:
    os.chmod(path, 0o444)
    return hash_file(path, is_flushed=True)


def _write_read_only(path: Path, data: bytes) -> None:
    with open(path, "wb") as file:
        file.write(data)
        file.flush()
        os.fchmod(file.fileno(), 0o444)
        os.fsync(file.fileno())


def _flush_folders(top: Path, files: Sequence[str], folders: Sequence[str]) -> None:
    inner = {os.path.dirname(path.rstrip("/")) for path in (*files, *folders)} | {path.rstrip("/") for path in folders}
    for path in sorted(inner | {""}, reverse=True):
        _flush(top / path)


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _identity(path: Path) -> _Identity:
    found = os.stat(path)
    return found.st_ino, found.st_mtime_ns, found.st_size
