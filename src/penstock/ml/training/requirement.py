"""Versions of the distributions that a model was made with."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def pinned(*names: str) -> tuple[str, ...]:
    """``name==version`` of those that are installed, sorted.

    Examples
    --------
    >>> pinned("no-such-distribution")
    ()
    """
    found = []
    for name in names:
        try:
            found.append(f"{name}=={version(name)}")
        except PackageNotFoundError:
            continue
    return tuple(sorted(found))
