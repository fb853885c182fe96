"""Finds the installed distribution, and its version, that an import name comes from.

``importlib.metadata.packages_distributions`` answers the same for all names at once, in half a second; here one
name costs a look into a folder's listing.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

STDLIB = "stdlib"
INSTALLED = "installed"
FOLDER = "folder"
ABSENT = "absent"

_SITES = ("site-packages", "dist-packages")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a top-level module comes from.

    Parameters
    ----------
    sort : str
        ``stdlib``, ``installed``, ``folder`` (sources outside of any site-packages: editable installs,
        ``PYTHONPATH``) or ``absent``.
    name, version : str
        Of the distribution, where installed.
    folder : str
        The folder it is imported from.
    """

    sort: str
    name: str = ""
    version: str = ""
    folder: str = ""


class Origins:
    """Origins of modules, remembered as long as the installed distributions stay the same.

    Parameters
    ----------
    saved : mapping
        What `to_json` of an earlier one gave, or empty.
    """

    def __init__(self, saved: dict[str, Any]) -> None:
        self._stamp = _stamp()
        self._known: dict[str, Origin] = {}
        if saved.get("stamp") == self._stamp:
            self._known = {name: Origin(*fields) for name, fields in saved["known"].items()}
        self.is_changed = False

    def find(self, module: str) -> Origin:
        """Origin of a module, by its full name (the parts matter in folders that several distributions share)."""
        top = module.partition(".")[0]
        if top in sys.stdlib_module_names:
            return Origin(STDLIB)
        found = self._known.get(top) or self._known.get(module)
        if found is None:
            found, is_shared = _find(module, top)
            self._known[module if is_shared else top] = found
            self.is_changed = self.is_changed or found.sort == INSTALLED
        return found

    def to_json(self) -> dict[str, Any]:
        """JSON form for the next process."""
        # What is absent or in a folder may change without a trace in the stamp.
        known = {
            name: [origin.sort, origin.name, origin.version, origin.folder]
            for name, origin in self._known.items()
            if origin.sort == INSTALLED
        }
        return {"stamp": self._stamp, "known": known}


def distribution_version(name: str) -> str:
    """Version of an installed distribution by its name; empty when it is not installed."""
    wanted = _normal(name)
    for folder in sorted(sys.path, key=lambda folder: os.path.basename(folder) not in _SITES):
        found = _listing(folder, _mtime(folder)).get(wanted)
        if found is not None:
            return found[1]
    return ""


def _find(module: str, top: str) -> tuple[Origin, bool]:
    """Origin of a module, and whether its top-level folder is shared by several distributions."""
    places, is_shared = _places(top)
    for place in places:
        folder = os.path.dirname(place)
        if os.path.basename(folder) in _SITES:
            owner = _owner(folder, module if is_shared else top, is_shared)
            if owner is not None:
                return Origin(INSTALLED, owner[0], owner[1], folder), is_shared
        elif not is_shared or _exists(folder, module):
            return Origin(FOLDER, folder=folder), is_shared
    return Origin(ABSENT, top), False


def _places(top: str) -> tuple[list[str], bool]:
    """Files or folders that a top-level name may be imported from; whether they are one namespace."""
    from importlib.machinery import ModuleSpec
    from importlib.util import find_spec

    try:
        spec: ModuleSpec | None = find_spec(top)
    except (ValueError, ImportError):
        spec = None
    if spec is None:
        return [], False
    if spec.origin and spec.has_location:
        is_package = spec.submodule_search_locations is not None
        return [os.path.dirname(spec.origin) if is_package else spec.origin], False
    return list(spec.submodule_search_locations or ()), True


def _owner(site: str, module: str, is_shared: bool) -> tuple[str, str] | None:
    """Name and version of the distribution that installed a module into a folder."""
    listing = _listing(site, _mtime(site))
    if not is_shared and _normal(module) in listing:
        name, version, _ = listing[_normal(module)]
        return name, version
    parts = module.split(".")
    while parts:
        path = "/".join(parts)
        marks = [f"{path}/".encode(), f"{path}.py".encode()] + ([f"{path}.".encode()] if len(parts) == 1 else [])
        for name, version, folder in listing.values():
            if _has_file(os.path.join(site, folder), marks):
                return name, version
        parts.pop()
    return None


def _has_file(info: str, marks: list[bytes]) -> bool:
    """Whether a distribution's list of files has one that begins so."""
    for record in ("RECORD", "SOURCES.txt"):
        try:
            with open(os.path.join(info, record), "rb") as stream:
                text = b"\n" + stream.read()
        except OSError:
            continue
        return any(b"\n" + mark in text for mark in marks)
    return False


@lru_cache(maxsize=64)
def _listing(folder: str, mtime_ns: int) -> dict[str, tuple[str, str, str]]:
    """Distributions in a folder by normalised name: name, version, folder of metadata."""
    try:
        names = sorted(os.listdir(folder or "."))
    except OSError:
        return {}
    found = {}
    for entry in names:
        if entry.endswith((".dist-info", ".egg-info")):
            name, _, version = entry.rpartition(".")[0].partition("-")
            found[_normal(name)] = (name.replace("_", "-"), version.partition("-")[0], entry)
    return found


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "_", name).lower()


def _exists(folder: str, module: str) -> bool:
    path = os.path.join(folder, *module.split("."))
    return os.path.isdir(path) or os.path.isfile(path + ".py")


def _mtime(folder: str) -> int:
    try:
        return os.stat(folder or ".").st_mtime_ns
    except OSError:
        return 0


def _stamp() -> list[list[object]]:
    """Changes when something is installed, upgraded or removed, or when the path does."""
    return [[folder, _mtime(folder)] for folder in sys.path if os.path.basename(folder) in _SITES]


def pinned(versions: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Versions by name, sorted, without what is not installed."""
    return {name: version for name, version in sorted(versions) if version != ABSENT}
