"""Names of steps and pipelines, which become parts of paths, labels and other systems' names."""

from __future__ import annotations

import re

from penstock.core.error import GraphError

_NAME = re.compile(r"\w[\w-]*")


def checked_name(name: str, where: str) -> str:
    """The name, if it is one: letters, digits, ``_`` and ``-``.

    Parameters
    ----------
    name : str
    where : str
        For the message.

    Raises
    ------
    GraphError
        If it is empty or holds anything else.

    Examples
    --------
    >>> checked_name("train-fast", "here")
    'train-fast'
    """
    if _NAME.fullmatch(name):
        return name
    raise GraphError(
        f"{name!r} cannot be the name of a step or pipeline",
        where=where,
        fix="use letters, digits, '_' and '-', with a letter, digit or '_' first",
    )
