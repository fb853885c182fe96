"""Tiny projects on disk."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from penstock.engine.source.project import Project

MakeProject = Callable[[Mapping[str, str]], Project]
"""Writes files and gives the project of the first one."""


def write_files(root: Path, files: Mapping[str, str]) -> None:
    """Write texts below a folder."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
