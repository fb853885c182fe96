"""The files of a fetched artifact, without what the store keeps beside them."""

from __future__ import annotations

from pathlib import Path

MANIFEST = "manifest.json"


def content(folder: Path) -> Path:
    """The one file or folder of an artifact, or the artifact's folder where there are several.

    Parameters
    ----------
    folder : Path
        As `BlobStore.fetch` gives it.
    """
    found = [path for path in folder.iterdir() if path.name != MANIFEST]
    return found[0] if len(found) == 1 else folder
