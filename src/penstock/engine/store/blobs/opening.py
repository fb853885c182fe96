"""Opens a blob store by URL."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from penstock.core.protocol import BlobStore
from penstock.engine.store.blobs.local import LocalBlobs

_FILE = "file://"


def open_blobs(url: str, *, cache: Path) -> BlobStore:
    """Open the blob store at a URL; nothing is made or asked until it is used.

    Parameters
    ----------
    url : str
        A folder, ``file://FOLDER``, or any URL that fsspec knows (``s3://bucket/prefix``).
    cache : Path
        Where blobs of a remote store are staged and kept once fetched; not used for a folder.

    Raises
    ------
    MissingDependencyError
        If the package for that kind of URL is not installed.
    ConfigError
        If nothing knows that kind of URL.
    """
    if url.startswith(_FILE):
        return LocalBlobs(Path(unquote(url.removeprefix(_FILE))))
    if "://" not in url:
        return LocalBlobs(Path(url))
    from penstock.engine.store.blobs.remote import RemoteBlobs

    return RemoteBlobs(url, cache=cache)
