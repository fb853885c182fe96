"""Imports a project's live files as they are now.

Python takes compiled code for current when the source has the recorded size and second of change; an edit of the
same length within that second goes unseen. Here compiled code that is not younger than its source is dropped.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import cache_from_source
from types import ModuleType

from penstock.engine.source.project import Project

_SITES = ("site-packages", "dist-packages")


class LiveFinder:
    """Does `importlib.machinery.PathFinder`'s work, with another loader for sources of one project.

    Parameters
    ----------
    project : Project
    """

    def __init__(self, project: Project) -> None:
        self._prefix = os.path.join(project.root, "")

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Specification of a module on the path."""
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and type(spec.loader) is SourceFileLoader and self._is_own(spec.origin or ""):
            spec.loader = LiveLoader(fullname, spec.loader.path)
        return spec

    def invalidate_caches(self) -> None:
        """Nothing is kept here."""

    def _is_own(self, file: str) -> bool:
        return os.path.realpath(file).startswith(self._prefix) and not any(site in file for site in _SITES)


class LiveLoader(SourceFileLoader):
    """Loads a source file, never from compiled code that may be older."""

    def path_stats(self, path: str) -> Mapping[str, float]:
        """As its parent's; drops doubtful compiled code first."""
        compiled = cache_from_source(path)
        try:
            is_doubtful = os.stat(compiled).st_mtime_ns <= os.stat(path).st_mtime_ns
        except OSError:
            is_doubtful = False
        if is_doubtful:
            # Where it cannot be removed there is no saying how old it is: the error makes Python compile anew.
            os.unlink(compiled)
        return super().path_stats(path)


def watch(project: Project) -> None:
    """Let this project's files be imported as they are, in place of an earlier project's."""
    others = [finder for finder in sys.meta_path if not isinstance(finder, LiveFinder)]
    place = others.index(PathFinder) if PathFinder in others else len(others)
    sys.meta_path[:] = [*others[:place], LiveFinder(project), *others[place:]]
