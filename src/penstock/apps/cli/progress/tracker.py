"""Where a run is: one row per step, kept up to date by its events."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sized
from dataclasses import dataclass, field
from typing import Any

from penstock.core import state
from penstock.core.record import NO_ITEM

_WORST_FIRST = (
    state.RUNNING,
    state.FAILED,
    state.CANCELED,
    state.UPSTREAM_FAILED,
    state.ABANDONED,
    state.COMPLETE,
    state.CACHED,
    state.SKIPPED,
)
_WHAT_BECAME = {
    state.FAILED: "failed",
    state.CANCELED: "was canceled",
    state.UPSTREAM_FAILED: "did not run",
    state.ABANDONED: "was abandoned",
}


@dataclass(slots=True)
class StepRow:
    """One step; a mapped one with all its items.

    Parameters
    ----------
    name : str
    items : dict of int to str
        State of each item that was heard of; ``-1`` for a step that is not mapped.
    began_s, ended_s : float
        By a monotonic clock.
    seconds : float
        Sum over finished items, as the runtime measured it.
    done, total : float
        Progress that the step reported; 0 for none.
    note : str
        Its last remark: progress, retry or error.
    """

    name: str
    items: dict[int, str] = field(default_factory=dict)
    began_s: float = 0.0
    ended_s: float = 0.0
    seconds: float = 0.0
    done: float = 0.0
    total: float = 0.0
    note: str = ""

    @property
    def is_mapped(self) -> bool:
        """Whether the step runs once per item."""
        return NO_ITEM not in self.items

    @property
    def status(self) -> str:
        """State of the step: the one of its items that matters most."""
        return worst_state(self.items.values())

    @property
    def is_running(self) -> bool:
        """Whether any item runs."""
        return state.RUNNING in self.items.values()

    def elapsed_s(self) -> float:
        """Time so far, or the whole time once finished."""
        if self.is_running:
            return time.monotonic() - self.began_s
        return self.ended_s - self.began_s if self.is_mapped else self.seconds


class RunTracker:
    """The state of one run, from its events.

    Parameters
    ----------
    names : iterable of str
        Steps of the graph, where known beforehand; only for their number and width.
    """

    def __init__(self, names: tuple[str, ...] = ()) -> None:
        self.run = ""
        self.pipeline = ""
        self.total = len(names)
        self.name_width = max((len(name) for name in names), default=0)
        self.rows: dict[str, StepRow] = {}
        self.ignored: Mapping[str, list[str]] = {}
        self.began_s = time.monotonic()

    def apply(self, event: Mapping[str, Any]) -> StepRow | None:
        """Take one event in; gives the row that it changed."""
        kind = event["event"]
        if kind == "run_started":
            self.run, self.pipeline = event["run"], event["pipeline"]
            self.ignored = event.get("ignored", {})
            steps = event.get("steps", self.total)
            self.total = len(steps) if isinstance(steps, Sized) else steps
        if "step" not in event:
            return None
        row = self._row(event["step"])
        item = event.get("item", NO_ITEM)
        if kind == "step_started":
            self._start(row, item)
        elif kind == "step_finished":
            self._finish(row, item, event)
        elif kind == "step_progress":
            row.done, row.total, row.note = event["done"], event["total"], event.get("note", "")
        elif kind == "step_retry":
            wait = f"attempt {event['attempt']} in {event['wait_s']:.1f} s"
            row.note = f"{wait}, after: {_first_line(event['error'])}"
        return row

    def _row(self, name: str) -> StepRow:
        row = self.rows.get(name)
        if row is None:
            row = self.rows[name] = StepRow(name, began_s=time.monotonic())
            self.name_width = max(self.name_width, len(name))
        return row

    def _start(self, row: StepRow, item: int) -> None:
        if not row.items:
            row.began_s = time.monotonic()
        row.items[item] = state.RUNNING
        row.note = ""
        row.done = row.total = 0.0

    def _finish(self, row: StepRow, item: int, event: Mapping[str, Any]) -> None:
        row.items[item] = event["status"]
        row.seconds += event.get("seconds", 0.0)
        row.ended_s = time.monotonic()
        row.note = reason_text(event)

    def counts(self) -> Counter[str]:
        """Number of steps by state."""
        return Counter(row.status for row in self.rows.values() if row.items)

    def elapsed_s(self) -> float:
        """Time since the run began."""
        return time.monotonic() - self.began_s


def worst_state(states: Iterable[str]) -> str:
    """The state that a step has by those of its items: the one that matters most.

    Examples
    --------
    >>> worst_state(["complete", "abandoned", "cached"])
    'abandoned'
    """
    return min(states, key=_WORST_FIRST.index)


def reason_text(data: Mapping[str, Any]) -> str:
    """Why a step is in its state, in a few words: from an event, or from the fields of a record.

    Examples
    --------
    >>> reason_text({"reason": {"condition": "evaluate.metrics['auc'] > 0.9", "values": {}}})
    "condition evaluate.metrics['auc'] > 0.9 is false"
    """
    if data.get("error"):
        return _first_line(data["error"])
    reason = data.get("reason") or {}
    if "condition" in reason:
        return f"condition {reason['condition']} is false"
    if "upstream" in reason:
        return f"because {reason['upstream']} {_WHAT_BECAME.get(reason.get('state', ''), 'was skipped')}"
    return ""


def _first_line(error: Any) -> str:
    text = error.get("what", "") if isinstance(error, Mapping) else str(error)
    return text.partition("\n")[0]
