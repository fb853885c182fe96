"""Serves a project's modules from a package, under the paths of the live project."""

from __future__ import annotations

import linecache
import os
import sys
from contextlib import suppress
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import CodeType, ModuleType
from typing import TYPE_CHECKING, cast

from penstock.engine.source.loading import StopLoading, loading
from penstock.engine.source.project import module_path

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.abc import Loader

    from penstock.engine.source.archive import Package

OWN = "penstock"


class PackageFinder:
    """Finder for ``sys.meta_path``.

    ``__file__`` and tracebacks point below ``root``, so that data files beside the code are found and debuggers
    show the right file; the code that runs is the packaged one. What the package does not hold is left to the
    other finders, and so is Penstock itself.

    Parameters
    ----------
    package : Package
    root : Path
        The live project, or the folder that the package was unpacked into.
    """

    def __init__(self, package: Package, root: Path) -> None:
        self.package = package
        self.root = root
        self._paths = [os.path.join(root, *part.split("/")) if part else str(root) for part in package.manifest.paths]

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Specification of a packaged module, None for any other."""
        top, _, rest = fullname.partition(".")
        if top == OWN or (not rest and top in sys.builtin_module_names):
            return None
        name = os.path.basename(module_path(fullname)) if rest else module_path(fullname)
        places = self._paths if path is None else path
        for place in places:
            spec = self._find_in(fullname, place, name)
            if spec is not None:
                return spec
        return self._find_main(fullname) or self._find_folder(fullname, name, places)

    def _find_in(self, fullname: str, place: str, name: str) -> ModuleSpec | None:
        folder = self._below_root(place)
        found = None if folder is None else self.package.file_source(f"{folder}/{name}" if folder else name)
        return None if found is None else self._spec(fullname, *found)

    def _find_main(self, fullname: str) -> ModuleSpec | None:
        """The main file by its canonical name, also where another package hides the folder it lies in."""
        stem = module_path(fullname).replace(os.sep, "/")
        if f"{stem}.py" not in (self.package.manifest.main, self.package.manifest.main.removeprefix("src/")):
            return None
        found = self.package.file_source(self.package.manifest.main.removesuffix(".py"))
        return None if found is None else self._spec(fullname, *found)

    def _find_folder(self, fullname: str, name: str, places: Sequence[str]) -> ModuleSpec | None:
        """A folder without ``__init__.py``, unless a real module of that name is installed."""
        folders = [(place, self._below_root(place)) for place in places]
        held = [
            os.path.join(place, name)
            for place, folder in folders
            if folder is not None and (f"{folder}/{name}" if folder else name) in self.package.source_folders
        ]
        if not held:
            return None
        other = PathFinder.find_spec(fullname, list(places) if "." in fullname else None)
        if other is not None and other.loader is not None:
            return None
        spec = ModuleSpec(fullname, None, is_package=True)
        spec.submodule_search_locations = held
        return spec

    def _below_root(self, place: str) -> str | None:
        if place == str(self.root):
            return ""
        prefix = os.path.join(self.root, "")
        return place.removeprefix(prefix).replace(os.sep, "/") if place.startswith(prefix) else None

    def _spec(self, fullname: str, source: bytes, name: str, is_package: bool) -> ModuleSpec:
        file = os.path.join(self.root, *name.split("/"))
        loader = cast("Loader", PackagedLoader(source, file))
        spec = ModuleSpec(fullname, loader, origin=file, is_package=is_package)
        spec.has_location = True
        if is_package:
            spec.submodule_search_locations = [os.path.dirname(file)]
        return spec


class PackagedLoader:
    """Loader of one packaged module."""

    def __init__(self, source: bytes, file: str) -> None:
        self.source = source
        self.file = file

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """The default module object."""
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Run the module; a call of ``run`` ends it, and what was defined so far stays."""
        code = compile(self.source, self.file, "exec", dont_inherit=True)
        self._show_lines()
        execute(code, module)

    def get_source(self, fullname: str) -> str:
        """Text of the module."""
        return _text(self.source)

    def get_filename(self, fullname: str) -> str:
        """Path below the project root."""
        return self.file

    def _show_lines(self) -> None:
        """Let tracebacks show what runs, also where the file was edited since or is not there."""
        try:
            with open(self.file, "rb") as stream:
                is_same = stream.read() == self.source
        except OSError:
            is_same = False
        if not is_same:
            lines = _text(self.source).splitlines(keepends=True)
            linecache.cache[self.file] = (len(self.source), None, lines, self.file)


def execute(code: CodeType, module: ModuleType) -> None:
    """Run a module's code as being loaded; it may stop at its call of ``run``."""
    with loading(), suppress(StopLoading):
        exec(code, module.__dict__)


def _text(source: bytes) -> str:
    from importlib.util import decode_source

    return decode_source(source)
