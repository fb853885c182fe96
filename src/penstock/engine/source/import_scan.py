"""Modules of an installed package that one of them imports, found without parsing.

For packages whose sources change rarely, Penstock first of all: whole files count, imports inside of functions and
plug-ins that a file looks up by their group included.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import[ \t]*(\([^)]*\)|[^\n#]*)|import[ \t]+([\w., \t]+))", re.MULTILINE
)
_CALL = re.compile(r"\b(?:require|import_module)\(\s*[\"']([\w.]+)[\"']")
_GROUP = re.compile(r"(?:^\w+[ \t]*=[ \t]*|\bload_plugin\(\s*)[\"'](penstock\.\w+)[\"']", re.MULTILINE)
_TYPING = re.compile(
    r"^([ \t]*)if[ \t]+(?:typing\.)?TYPE_CHECKING[ \t]*:[^\n]*\n((?:\1[ \t]+[^\n]*\n|[ \t]*\n)*)", re.MULTILINE
)
_SETTLED_NS = 2_000_000_000


@dataclass(slots=True)
class Scan:
    """What a module of a package reaches: digests of files (12 digits) by path, and outside modules."""

    files: dict[str, str] = field(default_factory=dict)
    outside: set[str] = field(default_factory=set)


class Scanner:
    """Scans packages; files that did not change since an earlier scan are not read again.

    Parameters
    ----------
    saved : dict
        What ``known`` of an earlier one was: path to modification time, size, digest and imports.
    """

    def __init__(self, saved: dict[str, Any]) -> None:
        self.known: dict[str, Any] = saved
        self.is_changed = False
        self._read_now: dict[str, list[Any] | None] = {}

    def scan(self, module: str, folder: str) -> Scan:
        """What ``module`` reaches in its top-level package.

        Parameters
        ----------
        module : str
        folder : str
            Where the top-level package lies.
        """
        top = module.partition(".")[0]
        found = Scan()
        seen = {module}
        waiting = [module]
        while waiting:
            for name in self._enter(waiting.pop(), folder, found):
                if name.partition(".")[0] != top:
                    if all(part.isidentifier() for part in name.split(".")):
                        found.outside.add(name)
                elif name not in seen:
                    seen.add(name)
                    waiting.append(name)
        return found

    def _enter(self, module: str, folder: str, found: Scan) -> list[str]:
        """Take a module's file; the modules it imports."""
        parts = module.split(".")
        if not all(part.isidentifier() for part in parts):
            return []
        stem = os.path.join(folder, *parts)
        for path, package in ((os.path.join(stem, "__init__.py"), parts), (stem + ".py", parts[:-1])):
            entry = self._read(path)
            if entry is not None:
                label = os.path.relpath(path, folder).replace(os.sep, "/")
                found.files[label] = entry[2]
                return list(_absolute(entry[3], package, parts[0]))
        return self._lazy(parts, folder)

    def _lazy(self, parts: list[str], folder: str) -> list[str]:
        """The module that a package loads a name from when it is asked for it."""
        package, name = parts[:-1], parts[-1]
        entry = self._read(os.path.join(folder, *package, "__init__.py")) if package else None
        taken = [] if entry is None else [text for text in entry[4] if text.rpartition(":")[2] == name]
        return list(_absolute([part for text in taken for part in (text.partition(":")[0], text)], package, parts[0]))

    def _read(self, path: str) -> list[Any] | None:
        if path not in self._read_now:
            self._read_now[path] = self._read_file(path)
        return self._read_now[path]

    def _read_file(self, path: str) -> list[Any] | None:
        try:
            status = os.stat(path)
        except OSError:
            return None
        entry = self.known.get(path)
        if entry is not None and entry[:2] == [status.st_mtime_ns, status.st_size]:
            return list(entry)
        with open(path, "rb") as stream:
            source = stream.read()
        text = source.decode("utf-8", "replace")
        # A package that loads its names lazily shows type checkers where they come from.
        lazy = [name for _, block in _TYPING.findall(text) for name in _imports(block) if ":" in name]
        imports = list(_imports(_TYPING.sub("", text)))
        entry = [status.st_mtime_ns, status.st_size, hashlib.sha256(source).hexdigest()[:12], imports, lazy]
        # A file that was written just now may be written again without its time or size showing it.
        if time.time_ns() - status.st_mtime_ns > _SETTLED_NS:
            self.known[path] = entry
            self.is_changed = True
        return entry


def _imports(text: str) -> Iterator[str]:
    """Names of modules as they stand, with leading dots; ``module:name`` for names taken out of a module."""
    for base, names, plain in _IMPORT.findall(text):
        if base:
            yield base
            for name in re.findall(r"(\w+)(?:[ \t]+as[ \t]+\w+)?", re.sub(r"#[^\n]*", "", names)):
                yield f"{base}:{name}"
        else:
            for name in plain.split(","):
                yield name.split(" as ")[0].strip()
    yield from _CALL.findall(text)
    yield from _GROUP.findall(text)


def _absolute(imports: list[str], package: list[str], top: str) -> Iterator[str]:
    for text in imports:
        base, _, name = text.partition(":")
        level = len(base) - len(base.lstrip("."))
        if level:
            base = ".".join([*package[: len(package) - level + 1], *filter(None, [base[level:]])])
        if base.startswith("penstock.") and top == "penstock":
            yield from _plugin_modules(base)
        # The name taken may be a submodule; where it is none, there is no such file.
        if not name:
            yield base
        elif base.partition(".")[0] == top:
            yield f"{base}.{name}"


def _plugin_modules(group: str) -> list[str]:
    """Modules that an entry-point group of Penstock names; none where it is no such group."""
    from penstock.core.plugin import GROUPS, plugins

    # Values are written and read by the worker, whatever the step: its version counts, not its sources.
    if group not in GROUPS or group == "penstock.materializers":
        return []
    return sorted({point.value.partition(":")[0] for point in plugins(group).values()})
