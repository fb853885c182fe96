"""What a package says about itself: a SHA-256 and a size per file, and how its sources are imported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from penstock.core.canonical import digest_of
from penstock.core.error import PackageError

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class FileEntry:
    """Size in bytes and SHA-256 (64 hexadecimal digits) of one file."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """The manifest of a package.

    Parameters
    ----------
    files : mapping of str to FileEntry
        Every file but the manifest itself, by its name in the package.
    python : str
        Version of Python it was made with, ``major.minor``.
    paths : tuple of str
        Folders below ``sources`` that go on ``sys.path``, in order.
    main : str
        The pipeline's file below ``sources``; empty for a notebook.
    """

    files: Mapping[str, FileEntry]
    python: str
    paths: tuple[str, ...]
    main: str = ""

    @property
    def digest(self) -> str:
        """Identity of the package: equal for equal content."""
        return digest_of(self.to_json())

    def to_json(self) -> dict[str, Any]:
        """JSON form; `from_json` reads it back."""
        return {
            "schema": SCHEMA,
            "python": self.python,
            "paths": list(self.paths),
            "main": self.main,
            "files": {name: {"sha256": entry.sha256, "size": entry.size} for name, entry in self.files.items()},
        }

    @classmethod
    def from_json(cls, data: Any, where: str) -> Manifest:
        """Read what `to_json` wrote.

        Raises
        ------
        PackageError
            If it is something else, or of a newer schema.
        """
        try:
            if data["schema"] != SCHEMA:
                raise PackageError(
                    f"the package has schema {data['schema']!r}; this version reads {SCHEMA}",
                    where=where,
                    fix="install the version of Penstock that wrote it, or a newer one",
                )
            files = {
                str(name): FileEntry(str(entry["sha256"]), int(entry["size"])) for name, entry in data["files"].items()
            }
            return cls(files, str(data["python"]), tuple(map(str, data["paths"])), str(data["main"]))
        except (KeyError, TypeError, AttributeError) as error:
            raise PackageError(
                f"manifest.json is not a manifest: {error}", where=where, fix="make the package again"
            ) from error
