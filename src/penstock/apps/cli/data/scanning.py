"""A bar on standard error for work that takes a while."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from penstock.apps.cli.terminal import is_live

if TYPE_CHECKING:
    from rich.progress import Progress

PATIENCE_S = 2.0
"""Work that is shorter shows nothing."""

Show = Callable[[float, float, str], None]


@contextmanager
def scanning(title: str) -> Iterator[Show]:
    """Give what takes (done, total, note); a bar appears once that has gone on for two seconds, and goes at the end.

    Parameters
    ----------
    title : str
        What is read.
    """
    if not is_live(sys.stderr):
        yield lambda done, total, note: None
        return
    bar = _Bar(title)
    # A clock of its own: what is told nothing of how far it has come is seen to go on, too.
    timer = threading.Timer(PATIENCE_S, bar.appear)
    timer.daemon = True
    timer.start()
    try:
        yield bar.show
    finally:
        timer.cancel()
        bar.vanish()


class _Bar:
    """What is known of the work's progress, drawn from when it has lasted for long enough until it ends."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._state: tuple[float, float, str] = (0.0, 0.0, "")
        self._progress: Progress | None = None
        self._is_over = False
        self._lock = threading.Lock()

    def show(self, done: float, total: float, note: str) -> None:
        with self._lock:
            self._state = done, total, note
            self._draw()

    def appear(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        with self._lock:
            if self._is_over:
                return
            # Names of files are no markup.
            title = TextColumn("{task.description}", markup=False)
            share = TextColumn("{task.fields[share]}", markup=False)
            self._progress = Progress(
                title,
                BarColumn(),
                share,
                TimeRemainingColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._progress.add_task(self._title, total=None, share="")
            self._draw()
            self._progress.start()

    def vanish(self) -> None:
        with self._lock:
            self._is_over = True
            if self._progress is not None:
                self._progress.stop()

    def _draw(self) -> None:
        if self._progress is None:
            return
        done, total, note = self._state
        self._progress.update(
            self._progress.task_ids[0],
            completed=done,
            total=total or None,
            share=f"{100 * done / total:.0f} %" if total else f"{done:,.0f} {note}".rstrip() if done else "",
        )
