"""Look-up of plug-ins by entry point, and of optional packages by name."""

from __future__ import annotations

import importlib
import os
import sys
from dataclasses import dataclass
from functools import cache, lru_cache
from types import ModuleType
from typing import Any

from penstock.core.error import MissingDependencyError, NotFoundError, PluginError, closest

GROUPS = (
    "penstock.compilers",
    "penstock.executors",
    "penstock.materializers",
    "penstock.sources",
    "penstock.stores",
    "penstock.trainers",
)


@dataclass(frozen=True, slots=True)
class EntryPoint:
    """A plug-in that an installed distribution offers.

    Parameters
    ----------
    group, name : str
    value : str
        ``module:attribute``.
    """

    group: str
    name: str
    value: str

    def load(self) -> Any:
        """Import the module and return the attribute."""
        module, _, attribute = self.value.partition(":")
        found: Any = importlib.import_module(module.strip())
        for part in filter(None, attribute.strip().split(".")):
            found = getattr(found, part)
        return found


def plugins(group: str) -> dict[str, EntryPoint]:
    """Entry points of a group by name; nothing is imported."""
    return _scan(tuple(sys.path)).get(group, {})


@lru_cache(maxsize=4)
def _scan(path: tuple[str, ...]) -> dict[str, dict[str, EntryPoint]]:
    """Every entry point of our groups.

    Reads the ``entry_points.txt`` of installed distributions itself: `importlib.metadata` takes longer to
    import than a small run takes as a whole.
    """
    found: dict[str, dict[str, EntryPoint]] = {}
    for folder in path:
        try:
            names = sorted(name for name in os.listdir(folder or ".") if name.endswith((".dist-info", ".egg-info")))
        except OSError:
            # A path entry may be a zip file or gone; neither holds installed metadata.
            continue
        for name in names:
            for point in _read(os.path.join(folder or ".", name, "entry_points.txt")):
                found.setdefault(point.group, {}).setdefault(point.name, point)
    return found


def _read(file: str) -> list[EntryPoint]:
    try:
        with open(file, encoding="utf-8") as stream:
            text = stream.read()
    except OSError:
        # Most distributions have no entry points.
        return []
    points = []
    group = ""
    for line in map(str.strip, text.splitlines() if "[penstock." in text else ()):
        if line.startswith("["):
            group = line.strip("[]")
        elif group in GROUPS and "=" in line and not line.startswith("#"):
            name, _, value = line.partition("=")
            points.append(EntryPoint(group, name.strip(), value.partition("[")[0].strip()))
    return points


@cache
def load_plugin(group: str, name: str) -> Any:
    """Load the plug-in ``name`` of ``group``.

    Raises
    ------
    NotFoundError
        If nothing of that name is installed.
    PluginError
        If it cannot be imported; the cause is chained.
    """
    known = plugins(group)
    if name not in known:
        raise NotFoundError(
            f"no plug-in '{name}' in {group}; {closest(name, known)}",
            where=f"entry points of group {group}",
            fix="install the package that offers it, or use one of the known names",
        )
    try:
        return known[name].load()
    except (MissingDependencyError, PluginError):
        raise
    except Exception as error:
        raise PluginError(
            f"plug-in '{name}' cannot be loaded: {error}",
            where=f"entry point {known[name].value} of group {group}",
            fix="repair or uninstall the package that offers it",
        ) from error


def require(module: str, *, extra: str, where: str) -> ModuleType:
    """Import an optional module, or say how to install it.

    Parameters
    ----------
    module : str
        Dotted name.
    extra : str
        The extra of Penstock that brings it.
    where : str
        Who needs it, for the message.

    Raises
    ------
    MissingDependencyError
        If that very module is absent; a failure inside it is passed on.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or (module != error.name and not module.startswith(error.name + ".")):
            raise
        raise MissingDependencyError(
            f"{where} needs the package '{module}', which is not installed",
            where=where,
            fix=f"pip install 'penstock[{extra}]'",
        ) from error
