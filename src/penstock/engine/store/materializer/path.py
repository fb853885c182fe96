"""One file or folder under its own name, as a plain `Path`."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from penstock.engine.store.materializer.file import load_path, save_path


class PathMaterializer:
    """`Materializer` of `pathlib.Path`: the same files as those of `File`."""

    kind: ClassVar[str] = "File"
    capabilities: ClassVar[frozenset[str]] = frozenset({"deterministic"})

    def save(self, value: Path, folder: Path) -> None:
        """Copy the file or folder to ``file/<its name>``."""
        save_path(value, folder)

    def load(self, folder: Path) -> Path:
        """The file or folder, where the store keeps it (read-only)."""
        return load_path(folder)


materializer = PathMaterializer()
