"""Finds the functions of steps in a package."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from penstock.core.graph import StepRef
from penstock.engine.authoring import Step
from penstock.engine.source import Package, load_step, open_package, serve_package
from penstock.engine.source.finder import PackagedLoader


class StepLoader:
    """Serves the modules of one package to this process.

    Parameters
    ----------
    package : Path
    root : str
        The live project folder, for data files beside the code and for tracebacks.
    """

    def __init__(self, package: Path, root: str) -> None:
        serve_package(open_package(package), Path(root))
        self._known: dict[StepRef, Callable[..., Any]] = {}

    def function(self, ref: StepRef) -> Callable[..., Any]:
        """The function behind a step."""
        if ref not in self._known:
            self._known[ref] = plain_function(load_step(ref))
        return self._known[ref]


@contextmanager
def served(package: Path, root: Path) -> Iterator[Package]:
    """Import from a package for a while; afterwards this process is as it was, for live projects.

    Parameters
    ----------
    package : Path
    root : Path
        Folder that it was unpacked into.
    """
    path, finders, modules = list(sys.path), list(sys.meta_path), set(sys.modules)
    with open_package(package) as opened:
        try:
            serve_package(opened, root)
            yield opened
        finally:
            sys.path[:], sys.meta_path[:] = path, finders
            for name in set(sys.modules) - modules:
                if isinstance(getattr(sys.modules[name], "__loader__", None), PackagedLoader):
                    del sys.modules[name]


def plain_function(found: Any) -> Callable[..., Any]:
    """The function of a `Step`, or the function itself where its decorator was left out."""
    function: Callable[..., Any] = found.function if isinstance(found, Step) else found
    return function
