"""What watches a run: chosen by what the output is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from penstock.apps.cli.terminal import is_live


class Display(Protocol):
    """Draws a run while it happens."""

    def __enter__(self) -> Display:
        """Begin to draw."""

    def __call__(self, event: Mapping[str, Any]) -> None:
        """Take one event in."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the terminal as it was."""


@dataclass(frozen=True, slots=True)
class DisplayOptions:
    """What to show.

    Parameters
    ----------
    is_json : bool
        Events as JSON lines and nothing else.
    is_live : bool
        Redraw lines, where the terminal can.
    log_file : callable or None
        Gives the log file of ``(run, step, item)``; with it, what steps print is shown too.
    steps : tuple of str
        Names of the graph's steps, where known.
    """

    is_json: bool = False
    is_live: bool = True
    log_file: Callable[[str, str, int], Path] | None = None
    steps: tuple[str, ...] = ()


def open_display(options: DisplayOptions) -> Display:
    """The display for these options and this process's standard output."""
    if options.is_json:
        from penstock.apps.cli.progress.json_lines import JsonLines

        return JsonLines()
    if options.is_live and is_live(sys.stdout):
        from penstock.apps.cli.progress.live import LiveTable

        return LiveTable(options)
    from penstock.apps.cli.progress.plain import PlainLines

    return PlainLines(options)
