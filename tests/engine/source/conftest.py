"""Tiny projects on disk, and an import system that every test leaves as it was."""

from __future__ import annotations

import importlib
import linecache
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from projects import MakeProject, write_files

from penstock.engine.source.project import Project, find_project


@pytest.fixture
def make(tmp_path: Path) -> MakeProject:
    """Writes files and gives the project of the first one, which has a marker unless it is given one."""

    def write(files: Mapping[str, str]) -> Project:
        root = tmp_path / "project"
        write_files(root, {"penstock.toml": "", **files})
        return find_project(root / next(iter(files)))

    return write


@pytest.fixture(autouse=True)
def imports() -> Iterator[None]:
    """Give back modules, path and finders as they were."""
    modules, path, finders = set(sys.modules), list(sys.path), list(sys.meta_path)
    lines = set(linecache.cache)
    yield
    sys.path[:], sys.meta_path[:] = path, finders
    for name in set(sys.modules) - modules:
        if name.partition(".")[0] not in ("penstock", *sys.stdlib_module_names):
            del sys.modules[name]
    for file in set(linecache.cache) - lines:
        del linecache.cache[file]
    importlib.invalidate_caches()
