"""Says in words how two fingerprints of a step differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from penstock.engine.source.closure import EFFECTS
from penstock.engine.source.module_table import INLINE


def difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Sentences on what changed between the ``parts`` of two fingerprints, functions first.

    Examples
    --------
    >>> old = {"symbols": {"clean.py:parse_fare": "function 0f"}, "distributions": {"pandas": "2.0"}}
    >>> new = {"symbols": {"clean.py:parse_fare": "function 1a"}, "distributions": {"pandas": "3.1"}}
    >>> difference(old, new)
    ['function `clean.parse_fare` in clean.py changed', 'pandas 2.0 -> 3.1']
    """
    before, after = _part(old, "symbols"), _part(new, "symbols")
    whole_before, whole_after = _part(old, "modules"), _part(new, "modules")
    sentences = ["the step is another function"] if old.get("step") != new.get("step") else []
    sentences += [
        *_changes(before, after, whole_before.keys() | whole_after.keys()),
        *_module_changes(whole_before, whole_after),
        *_versions(_part(old, "distributions"), _part(new, "distributions")),
    ]
    if old.get("python") != new.get("python"):
        sentences.append(f"Python {old.get('python')} -> {new.get('python')}")
    return sentences


def _part(parts: Mapping[str, Any], name: str) -> Mapping[str, str]:
    found: Mapping[str, str] = parts.get(name, {})
    return found


def _changes(old: Mapping[str, str], new: Mapping[str, str], whole: set[str]) -> Iterator[str]:
    """Changed symbols, then new ones, then those no longer used; a module that counts as a whole speaks for its own."""
    keys = [key for key in sorted(old.keys() | new.keys()) if key.rpartition(":")[0] not in whole]
    sorts = {key: (new.get(key) or old[key]).partition(" ")[0] for key in keys}
    for key in keys:
        if key in old and key in new and old[key] != new[key]:
            yield f"{_named(key, sorts[key])} changed"
    for key in keys:
        if key not in old:
            yield f"{_named(key, sorts[key])} is new"
    for key in keys:
        if key not in new:
            yield f"{_named(key, sorts[key])} is no longer used"


def _named(key: str, sort: str) -> str:
    file, _, name = key.rpartition(":")
    if file == INLINE:
        return f"{sort} `{name}`"
    if name == EFFECTS:
        return f"what the import of {file} does"
    module = file.removeprefix("src/").removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return f"{sort} `{module}.{name}` in {file}"


def _module_changes(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    for file in sorted(old.keys() | new.keys()):
        if file not in old:
            yield f"module {file} counts as a whole now"
        elif file not in new:
            yield f"module {file} no longer counts as a whole"
        elif old[file] != new[file]:
            yield f"module {file} changed (it counts as a whole)"


def _versions(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(old.keys() | new.keys()):
        if name not in old:
            yield f"{name} {new[name]} is new"
        elif name not in new:
            yield f"{name} is no longer used"
        elif old[name] != new[name]:
            yield f"{name} {old[name]} -> {new[name]}"
