"""Paths of features as text: ``fare``, ``trip.fare``, and ``'a.b'`` for one name with a dot in it."""

from __future__ import annotations

import re

# A step that stands for itself: no dot, quote or parenthesis, or all of it in one pair of parentheses.
_PLAIN = re.compile(r"\([^()]*\)|[^().']+", re.DOTALL)
_QUOTED = re.compile(r"'((?:''|[^'])*)'", re.DOTALL)


def path_text(steps: tuple[str, ...]) -> str:
    """The path as TFDV writes it in anomalies and as the name of a domain.

    Parameters
    ----------
    steps : tuple of str
        Names on the way: one for a column, more inside of structs.

    Examples
    --------
    >>> path_text(("trip", "fare")), path_text(("a.b",)), path_text(("it's",))
    ('trip.fare', "'a.b'", "'it''s'")
    """
    return ".".join(step if _PLAIN.fullmatch(step) else "'" + step.replace("'", "''") + "'" for step in steps)


def path_steps(text: str) -> tuple[str, ...]:
    """Names on the way of a path that `path_text` wrote; text that is no such path stands for one name.

    Examples
    --------
    >>> path_steps("trip.fare"), path_steps("'a.b'.c"), path_steps("it's")
    (('trip', 'fare'), ('a.b', 'c'), ("it's",))
    """
    steps: list[str] = []
    at = 0
    while at <= len(text):
        found = _QUOTED.match(text, at) or _PLAIN.match(text, at)
        if found is None or (found.end() < len(text) and text[found.end()] != "."):
            return (text,)
        steps.append(found[1].replace("''", "'") if found.re is _QUOTED else found[0])
        at = found.end() + 1
    return tuple(steps)
