"""The manifest of a blob: every file in it with size and SHA-256; its digest is the blob's address."""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from penstock.core.canonical import PREFIX, canonical_json, digest_bytes, short
from penstock.core.error import CorruptArtifactError, NotFoundError, StoreError, UsageError

MANIFEST = "manifest.json"

_DIGEST = re.compile(PREFIX + "[0-9a-f]{64}")
REPAIR = "penstock store check --repair, then run the pipeline again"


class Entry(NamedTuple):
    """A file of a blob, or (its path ends with a slash) a folder with nothing in it."""

    path: str
    sha256: str
    size_bytes: int

    @property
    def is_folder(self) -> bool:
        """Whether this is an empty folder."""
        return self.path.endswith("/")


def address(digest: str) -> str:
    """Relative place of a blob, ``<2 hex>/<64 hex>``.

    Raises
    ------
    UsageError
        If the text is no digest; it never becomes a path.

    Examples
    --------
    >>> address("sha256:" + "ab" * 32)[:9]
    'ab/ababab'
    """
    if not _DIGEST.fullmatch(digest):
        raise UsageError(
            f"'{digest[:80]}' is not the digest of a blob",
            where="blob store",
            fix="give 'sha256:' and 64 hexadecimal digits, as penstock show prints them",
        )
    digits = digest.removeprefix(PREFIX)
    return f"{digits[:2]}/{digits}"


def is_blob_name(folder: str, name: str) -> bool:
    """Whether ``folder/name`` is the place of a blob."""
    return folder == name[:2] and _DIGEST.fullmatch(PREFIX + name) is not None


def manifest_bytes(entries: Sequence[Entry]) -> bytes:
    """The manifest's file: canonical JSON, by path."""
    return canonical_json([entry._asdict() for entry in sorted(entries)]).encode()


def read_manifest(data: bytes, digest: str, where: str) -> list[Entry]:
    """Entries of a manifest that has that digest.

    Raises
    ------
    CorruptArtifactError
        If it has another, or names places outside of the blob.
    """
    if digest_bytes(data) != digest:
        raise corrupt(digest, MANIFEST, "its content does not match the digest", where)
    entries = [Entry(**item) for item in json.loads(data)]
    for entry in entries:
        parts = entry.path.rstrip("/").split("/")
        if any(part in ("", ".", "..") for part in parts) or "\0" in entry.path:
            raise corrupt(digest, entry.path, "its path leads out of the blob", where)
    return entries


def size_in_manifest(data: bytes, digest: str) -> int:
    """Bytes of a blob's files by its manifest; 0 where that is damaged: listing goes on, `fetch` and `verify` tell."""
    try:
        return sum(entry.size_bytes for entry in read_manifest(data, digest, ""))
    except CorruptArtifactError:
        return 0


def absent(digest: str, where: str) -> NotFoundError:
    """The error for a blob that a store does not have."""
    return NotFoundError(
        f"there is no blob {digest}",
        where=where,
        fix="it was removed, or made elsewhere: run the pipeline again, or name its store: PENSTOCK_ARTIFACTS=URL",
    )


def corrupt(digest: str, path: str, what: str, where: str) -> CorruptArtifactError:
    """The error for a blob whose content is not what its digest says."""
    return CorruptArtifactError(
        f"blob {short(digest)} is corrupt: file {path!r}: {what}", where=f"{where}, {digest}", fix=REPAIR
    )


def list_files(folder: Path) -> tuple[list[str], list[str]]:
    """Relative paths of the files in a folder, and of the folders with nothing in them.

    Raises
    ------
    StoreError
        If there is anything else in it: links (a blob never leads out of itself), devices, names
        that are not Unicode, or a file in the manifest's place.
    """
    files: list[str] = []
    folders: list[str] = []
    pending = [""]
    while pending:
        prefix = pending.pop()
        with os.scandir(folder / prefix) as found:
            entries = sorted(found, key=lambda entry: entry.name)
        if prefix and not entries:
            folders.append(prefix)
        for entry in entries:
            path = prefix + entry.name
            _require_storable(entry, path, folder)
            if entry.is_dir(follow_symlinks=False):
                pending.append(path + "/")
            else:
                files.append(path)
    return sorted(files), sorted(folders)


def _require_storable(entry: os.DirEntry[str], path: str, folder: Path) -> None:
    mode = entry.stat(follow_symlinks=False).st_mode
    if stat.S_ISLNK(mode):
        raise _refused(f"{path!r} is a symbolic link", folder, "write the file itself (copy with follow_symlinks=True)")
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise _refused(f"{path!r} is neither a file nor a folder", folder, "write plain files and folders")
    if path == MANIFEST:
        raise _refused(
            f"{MANIFEST} at the top is the store's own file", folder, "put the file into a folder of its own"
        )
    try:
        path.encode()
    except UnicodeEncodeError as error:
        raise _refused(f"the name {path!r} is not UTF-8", folder, "give the file a name in UTF-8") from error


def _refused(what: str, folder: Path, fix: str) -> StoreError:
    return StoreError(f"a blob cannot hold this: {what}", where=str(folder), fix=fix)


def hash_file(path: Path, *, is_flushed: bool = False) -> Entry:
    """Size and SHA-256 of a file, its path left empty; with ``is_flushed`` the disk has it afterwards."""
    with open(path, "rb", buffering=0) as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        size_bytes = file.tell()
        if is_flushed:
            os.fsync(file.fileno())
    return Entry("", sha256, size_bytes)
