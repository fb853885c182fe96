"""One line per finished step, for logs and pipes."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from penstock.apps.cli.output import say
from penstock.apps.cli.progress.display import DisplayOptions
from penstock.apps.cli.progress.follow import LogFollower
from penstock.apps.cli.progress.row import name_column, row_line, title_line
from penstock.apps.cli.progress.tracker import RunTracker, StepRow
from penstock.apps.cli.terminal import Painter
from penstock.core.record import NO_ITEM, execution_label


class PlainLines:
    """Prints the run's id, then each step (or item) when it is finished.

    Parameters
    ----------
    options : DisplayOptions
    """

    def __init__(self, options: DisplayOptions) -> None:
        self._tracker = RunTracker(options.steps)
        self._painter = Painter(sys.stdout)
        self._width = name_column(self._tracker)
        self._follower = LogFollower(options.log_file, say, self._painter)

    def __enter__(self) -> PlainLines:
        return self

    def __call__(self, event: Mapping[str, Any]) -> None:
        """Print what the event brings."""
        self._follower.apply(event)
        row = self._tracker.apply(event)
        kind = event["event"]
        if kind == "run_started":
            say(title_line(self._tracker, self._painter))
        elif kind == "step_retry" and row is not None:
            say(f"   {row.name.ljust(self._width)}  {row.note}")
        elif kind == "step_finished" and row is not None:
            one = _one(row, event)
            self._width = max(self._width, name_column(self._tracker), len(one.name))
            say(row_line(one, self._width, self._painter))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Print what steps wrote last."""
        self._follower.close()


def _one(row: StepRow, event: Mapping[str, Any]) -> StepRow:
    """The row of one execution: an item of a mapped step gets a line of its own."""
    name = execution_label(row.name, event.get("item", NO_ITEM))
    return StepRow(name, {NO_ITEM: event["status"]}, seconds=event.get("seconds", 0.0), note=row.note)
