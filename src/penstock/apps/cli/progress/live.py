"""A table that is redrawn while the run goes on; rows that no longer fit scroll away upwards."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.text import Text

from penstock.apps.cli.progress.display import DisplayOptions
from penstock.apps.cli.progress.follow import LogFollower
from penstock.apps.cli.progress.row import name_column, row_line, title_line, totals_line
from penstock.apps.cli.progress.tracker import RunTracker, StepRow
from penstock.apps.cli.terminal import Painter

_FRAMES_PER_S = 8
_OTHER_LINES = 3
"""Lines of the screen that are no rows: the totals, the prompt and one to breathe."""


class LiveTable:
    """Rows of running steps and of as many finished ones as fit; older ones are printed above, once.

    Parameters
    ----------
    options : DisplayOptions
    """

    def __init__(self, options: DisplayOptions) -> None:
        self._tracker = RunTracker(options.steps)
        self._painter = Painter(sys.stdout)
        self._lock = threading.Lock()
        self._scrolled: set[str] = set()
        self._scrolled_s = 0.0
        self._is_over = False
        self._console = Console(file=sys.stdout, highlight=False)
        self._live = Live(console=self._console, get_renderable=self._picture, refresh_per_second=_FRAMES_PER_S)
        self._follower = LogFollower(options.log_file, self._print, self._painter)

    def __enter__(self) -> LiveTable:
        self._live.start()
        return self

    def __call__(self, event: Mapping[str, Any]) -> None:
        """Take the event in; the picture follows at the next frame."""
        self._follower.apply(event)
        with self._lock:
            row = self._tracker.apply(event)
            if row is not None and event["event"] == "step_started":
                self._scrolled.discard(row.name)
        if event["event"] == "run_started":
            self._print(title_line(self._tracker, self._painter))
        self._scroll()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the rows on the screen, without the totals."""
        self._follower.close()
        self._is_over = True
        self._live.stop()

    def _print(self, line: str) -> None:
        self._console.print(Text.from_ansi(line), soft_wrap=True)

    def _rows(self) -> list[StepRow]:
        return [row for row in list(self._tracker.rows.values()) if row.items and row.name not in self._scrolled]

    def _room(self) -> int:
        return max(self._console.height - _OTHER_LINES, 3)

    def _scroll(self) -> None:
        """Print the oldest finished rows above the table, many at once: each print redraws it."""
        now = time.monotonic()
        if now - self._scrolled_s < 1 / _FRAMES_PER_S:
            return
        self._scrolled_s = now
        with self._lock:
            rows = self._rows()
            excess = max(len(rows) - self._room(), 0)
            leaving = [row for row in rows if not row.is_running and not row.is_mapped][:excess]
            self._scrolled.update(row.name for row in leaving)
        if leaving:
            width = name_column(self._tracker)
            self._print("\n".join(row_line(row, width, self._painter) for row in leaving))

    def _picture(self) -> Text:
        with self._lock:
            lines = self._lines()
        return Text.from_ansi("\n".join(lines), no_wrap=True, overflow="ellipsis")

    def _lines(self) -> list[str]:
        rows = self._rows()
        width = name_column(self._tracker)
        if self._is_over:
            return [row_line(row, width, self._painter) for row in rows]
        excess = max(len(rows) - self._room(), 0)
        dropped = {row.name for row in [row for row in rows if not row.is_running][:excess]}
        shown = [row for row in rows if row.name not in dropped][: self._room()]
        frame = int(time.monotonic() * _FRAMES_PER_S)
        lines = [row_line(row, width, self._painter, frame=frame) for row in shown]
        return [*lines, totals_line(self._tracker, self._painter)]
