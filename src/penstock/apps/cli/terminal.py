"""What the terminal can show: colours, marks and widths."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TextIO

from penstock.core import state

MARKS = {
    state.RUNNING: "●",
    state.COMPLETE: "✓",
    state.CACHED: "✓",
    state.FAILED: "✗",
    state.CANCELED: "■",
    state.SKIPPED: "–",
    state.UPSTREAM_FAILED: "!",
    state.ABANDONED: "?",
}
_ASCII = {"●": ">", "✓": "+", "✗": "x", "■": "#", "–": "-", "·": "-", "→": "->", "├─": "|-", "└─": "`-", "│": "|"}
_CODES = {"red": 31, "green": 32, "yellow": 33, "cyan": 36, "bold": 1, "dim": 2}
COLORS = {
    state.RUNNING: "bold",
    state.COMPLETE: "green",
    state.CACHED: "cyan",
    state.FAILED: "red",
    state.CANCELED: "yellow",
    state.SKIPPED: "dim",
    state.UPSTREAM_FAILED: "yellow",
    state.ABANDONED: "yellow",
}


def is_live(stream: TextIO) -> bool:
    """Whether lines on it can be redrawn."""
    return stream.isatty() and os.environ.get("TERM", "") not in ("", "dumb")


def is_colored(stream: TextIO) -> bool:
    """Whether colours are wanted: a terminal, and no ``NO_COLOR``."""
    return is_live(stream) and not os.environ.get("NO_COLOR")


def width(default: int = 100) -> int:
    """Columns of the terminal; ``default`` where there is none."""
    return shutil.get_terminal_size((default, 24)).columns if sys.stdout.isatty() else default


class Painter:
    """Colours and marks for one stream; plain text where it is no terminal.

    Parameters
    ----------
    stream : text stream
    """

    def __init__(self, stream: TextIO) -> None:
        self.is_colored = is_colored(stream)
        self.is_unicode = "utf" in (stream.encoding or "").lower()

    def paint(self, text: str, style: str) -> str:
        """The text in a style (a name of `COLORS`' values)."""
        return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if self.is_colored and text else text

    def red(self, text: str) -> str:
        """For what went wrong."""
        return self.paint(text, "red")

    def dim(self, text: str) -> str:
        """For what matters less."""
        return self.paint(text, "dim")

    def bold(self, text: str) -> str:
        """For what matters most."""
        return self.paint(text, "bold")

    def symbol(self, character: str) -> str:
        """A character, or what stands for it where only ASCII can be shown."""
        return character if self.is_unicode else _ASCII[character]

    def mark(self, status: str) -> str:
        """The one-character mark of a state, in its colour."""
        return self.paint(self.symbol(MARKS[status]), COLORS[status])

    def status(self, status: str, width: int = 0) -> str:
        """A state's name for people, in its colour, padded to a width."""
        return self.paint(status.replace("_", " ").ljust(width), COLORS[status])
