"""Looks modules up by name, as the project imports them, and keeps their summaries."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from penstock.core.error import GraphError
from penstock.engine.source.distribution import FOLDER, Origin, Origins, distribution_version
from penstock.engine.source.import_scan import Scanner
from penstock.engine.source.project import Project, make_project, module_path
from penstock.engine.source.registration import Registration
from penstock.engine.source.summary import Summary
from penstock.engine.source.summary_cache import SummaryCache

OWN = "penstock"
INLINE = "<inline>"
"""Label of a generated module: its name changes with its content, so no key should hold it."""


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """A module with sources.

    Parameters
    ----------
    label : str
        Its file, below the project root or below the folder it is imported from.
    module : str
        The name under which it was found first.
    is_package : bool
    summary : Summary
    """

    label: str
    module: str
    is_package: bool
    summary: Summary

    def absolute(self, level: int, module: str) -> str:
        """Full name of what an import in this module names."""
        if not level:
            return module
        parts = self.module.split(".")
        if not self.is_package:
            parts.pop()
        parts = parts[: max(len(parts) - level + 1, 0)]
        return ".".join([*parts, module] if module else parts)


class ModuleTable:
    """Modules of one project, of its detached steps, and of source folders outside of it.

    Parameters
    ----------
    project : Project
    detached : mapping of str to str
        Generated modules with their texts.
    cache : SummaryCache
    """

    def __init__(self, project: Project, detached: Mapping[str, str], cache: SummaryCache) -> None:
        self.project = project
        self.detached = detached
        self.cache = cache
        self.origins = Origins(cache.section("origins"))
        self.scanner = Scanner(cache.section("scans"))
        self.registrations: dict[str, list[Registration]] = {}
        self._found: dict[str, Unit | None] = {}
        self._folders: dict[str, bool] = {}
        self._by_file: dict[Path, Unit] = {}

    def find(self, module: str) -> Unit | None:
        """The module's unit; None for a folder, an installed distribution, the standard library, the unknown."""
        if module not in self._found:
            self._found[module] = self._find(module)
        return self._found[module]

    def is_folder(self, module: str) -> bool:
        """Whether the name is a folder of sources without ``__init__.py``."""
        if module not in self._folders:
            self._folders[module] = self._is_folder(module)
        return self._folders[module]

    def outside(self, module: str) -> Origin:
        """Where a module comes from that is not the project's."""
        return self.origins.find(module)

    @cached_property
    def own_version(self) -> str:
        """Version of Penstock."""
        return distribution_version(OWN)

    def modules(self, prefix: str) -> list[str]:
        """Names of the project's Python modules that begin so."""
        names = (self.project.module_name(file) for file in self._files())
        return [name for name in names if name.startswith(prefix)]

    def save(self) -> None:
        """Write down what was learnt, for the next process."""
        if self.origins.is_changed:
            self.cache.put("origins", self.origins.to_json())
        if self.scanner.is_changed:
            self.cache.put("scans", self.scanner.known)
        self.cache.save()

    def _is_folder(self, module: str) -> bool:
        if module.partition(".")[0] == OWN or self.find(module) is not None:
            return False
        if self.project.is_folder(module):
            return self.outside(module.partition(".")[0]).sort != "installed"
        foreign = self._foreign(module)
        return foreign is not None and foreign.is_folder(module)

    def _files(self) -> list[Path]:
        return [self.project.root / name for name in self.project.files() if name.endswith(".py")]

    def _find(self, module: str) -> Unit | None:
        if module in self.detached:
            from penstock.engine.source.analysis import summarise

            return Unit(INLINE, module, False, summarise(self.detached[module]))
        if module.partition(".")[0] == OWN:
            return None
        file = self.project.module_file(module) or _extension_file(self.project, module)
        if file is not None:
            return self._unit(file, module, str(self.project.root))
        foreign = self._foreign(module)
        file = None if foreign is None else foreign.module_file(module)
        return None if foreign is None or file is None else self._unit(file, module, str(foreign.root))

    def _foreign(self, module: str) -> Project | None:
        origin = self.outside(module)
        if origin.sort != FOLDER or Path(origin.folder) == self.project.root:
            return None
        return _foreign_project(origin.folder)

    def _unit(self, file: Path, module: str, root: str) -> Unit:
        if file not in self._by_file:
            label = os.path.relpath(file, root).replace(os.sep, "/")
            self._by_file[file] = Unit(label, module, file.name == "__init__.py", self._summary(file))
        return self._by_file[file]

    def _summary(self, file: Path) -> Summary:
        source = file.read_bytes()
        digest = hashlib.sha256(source).hexdigest()
        if file.suffix != ".py":
            return Summary(digest[:12])
        saved = self.cache.summary(str(file), digest)
        if saved is not None:
            return saved
        from penstock.engine.source.analysis import summarise

        try:
            found = summarise(source)
        except (SyntaxError, ValueError) as error:
            line = getattr(error, "lineno", None) or 1
            raise GraphError(
                f"{file.name} does not compile: {error}", where=f"{file}:{line}", fix="correct the file"
            ) from error
        self.cache.put_summary(str(file), digest, found)
        return found


def _extension_file(project: Project, module: str) -> Path | None:
    """File of a compiled module of the project."""
    from importlib.machinery import EXTENSION_SUFFIXES

    stems = (Path(folder, module_path(module)) for folder in project.folders())
    names = (stem.with_name(stem.name + suffix) for stem in stems for suffix in EXTENSION_SUFFIXES)
    return next((name for name in names if name.is_file()), None)


@lru_cache(maxsize=64)
def _foreign_project(folder: str) -> Project:
    project = make_project(Path(folder), None)
    return Project(project.root, None, ("",))
