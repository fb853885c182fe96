"""Rooms whose public names are imported when somebody first asks for one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any


def lazily(room: str, names: Mapping[str, Sequence[str]]) -> Callable[[str], Any]:
    """The ``__getattr__`` of a package (PEP 562).

    Parameters
    ----------
    room : str
        The package's ``__name__``.
    names : mapping of str to sequence of str
        Public names by the module below the package that holds them.

    Returns
    -------
    callable
        Takes a name; raises AttributeError if the package has no such name.

    Examples
    --------
    >>> __getattr__ = lazily("penstock.core", {"canonical": ("digest_of",)})
    >>> __getattr__("digest_of").__name__
    'digest_of'
    """
    home = {name: module for module, held in names.items() for name in held}

    def get(name: str) -> Any:
        if name not in home:
            raise AttributeError(f"module {room!r} has no attribute {name!r}")
        return getattr(import_module(f"{room}.{home[name]}"), name)

    return get
