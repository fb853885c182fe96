"""Texts out of data, which may hold anything, as text for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from penstock.apps.cli.terminal import Painter, width


def safe_text(text: str, *, limit: int = 0, is_unicode: bool = True) -> str:
    r"""A text with what cannot be seen, or would command the terminal, as escapes; cut at a limit with a mark.

    Parameters
    ----------
    text : str
    limit : int
        Characters at most; 0 for no limit.
    is_unicode : bool
        Whether more than ASCII can be shown.

    Examples
    --------
    >>> print(safe_text("café\x1b[31m\n"), safe_text("café", is_unicode=False), safe_text("x" * 10, limit=6))
    café\x1b[31m\n caf\xe9 xxx...
    >>> safe_text("")
    '""'
    """
    # More than is shown need not be looked at: a cell may hold megabytes.
    head = text[: limit + 1] if limit else text
    shown = "".join(
        sign if sign.isprintable() and (is_unicode or sign.isascii()) else ascii(sign)[1:-1] for sign in head
    )
    return (shown if not limit or len(shown) <= limit else shown[: limit - 3] + "...") or '""'


def wrapped(text: str, room: int, *, indent: str = "") -> Iterator[str]:
    """Lines of at most a width; a longer word gets a line of its own, and nothing is cut.

    Examples
    --------
    >>> list(wrapped("one two three", 9, indent="  "))
    ['  one two', '  three']
    """
    yield from textwrap.wrap(
        text,
        room,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def listed(names: Sequence[str], painter: Painter, *, indent: str = "", limit: int = 12) -> str:
    """Names in bold, with commas; of very many the first, and how many there are more."""
    shown = ", ".join(safe_text(name, is_unicode=painter.is_unicode) for name in names[:limit])
    more = f" and {len(names) - limit:,} more" if len(names) > limit else ""
    lines = list(wrapped(f"{shown}{more}", width() - len(indent) - 24)) or [""]
    return f"\n{indent}".join(painter.bold(line) for line in lines)
