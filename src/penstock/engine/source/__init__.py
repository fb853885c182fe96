"""Sources: turns a project's files into fingerprints of its steps, packages, and modules that workers import."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from penstock.engine.source.archive import SOURCES, Package, open_package, unpack
    from penstock.engine.source.canonical_names import Localised, localise
    from penstock.engine.source.comparison import difference
    from penstock.engine.source.finder import PackageFinder
    from penstock.engine.source.loader import enter_project, load_pipeline_file, load_step, serve_package
    from penstock.engine.source.loading import StopLoading, is_loading, stop_if_loading
    from penstock.engine.source.manifest import FileEntry, Manifest
    from penstock.engine.source.package import build_package, plan_package, write_package
    from penstock.engine.source.project import Project, data_files, find_project, find_root, make_project
    from penstock.engine.source.step_fingerprint import Fingerprint, fingerprint, fingerprint_steps, requirements_of

_HOMES = {
    "archive": ("SOURCES", "Package", "open_package", "unpack"),
    "canonical_names": ("Localised", "localise"),
    "comparison": ("difference",),
    "finder": ("PackageFinder",),
    "loader": ("enter_project", "load_pipeline_file", "load_step", "serve_package"),
    "loading": ("StopLoading", "is_loading", "stop_if_loading"),
    "manifest": ("FileEntry", "Manifest"),
    "package": ("build_package", "plan_package", "write_package"),
    "project": ("Project", "data_files", "find_project", "find_root", "make_project"),
    "step_fingerprint": ("Fingerprint", "fingerprint", "fingerprint_steps", "requirements_of"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "SOURCES",
    "FileEntry",
    "Fingerprint",
    "Localised",
    "Manifest",
    "Package",
    "PackageFinder",
    "Project",
    "StopLoading",
    "build_package",
    "data_files",
    "difference",
    "enter_project",
    "find_project",
    "find_root",
    "fingerprint",
    "fingerprint_steps",
    "is_loading",
    "load_pipeline_file",
    "load_step",
    "localise",
    "make_project",
    "open_package",
    "plan_package",
    "requirements_of",
    "serve_package",
    "stop_if_loading",
    "unpack",
    "write_package",
]


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for; what only workers need costs the runner nothing."""
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value
