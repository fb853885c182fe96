"""One step as one line: mark, name, state, time and what else there is to say."""

from __future__ import annotations

from penstock.apps.cli.format import duration, many
from penstock.apps.cli.progress.tracker import RunTracker, StepRow
from penstock.apps.cli.terminal import Painter
from penstock.core import state

_STATE_WIDTH = len("upstream failed")
_TIME_WIDTH = 10
_BAR_WIDTH = 16
TIMELESS = (state.CACHED, state.SKIPPED, state.UPSTREAM_FAILED)
"""In these states a step took no time worth telling."""
_MAX_NAME = 40
_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


def name_column(tracker: RunTracker) -> int:
    """Width of the column of names."""
    return min(max(tracker.name_width, 8), _MAX_NAME)


def fitted(name: str, width: int) -> str:
    """A name in exactly so many columns, its middle cut out where it is too long.

    Examples
    --------
    >>> fitted("train", 8), fitted("outer/inner/train_model", 12)
    ('train   ', 'outer…_model')
    """
    if len(name) > width:
        keep = width - 1
        name = name[: keep // 2] + "…" + name[len(name) - (keep + 1) // 2 :]
    return name.ljust(width)


def row_line(row: StepRow, width: int, painter: Painter, *, frame: int = -1) -> str:
    """The line of a step.

    Parameters
    ----------
    row : StepRow
    width : int
        Of the column of names.
    painter : Painter
    frame : int
        Which picture of the spinner; -1 for a line that stays.
    """
    status = row.status
    mark = painter.mark(status)
    if row.is_running and frame >= 0 and painter.is_unicode:
        mark = painter.paint(_SPINNER[frame % len(_SPINNER)], "cyan")
    name = fitted(row.name, width)
    took = "" if status in TIMELESS else duration(row.elapsed_s())
    name = painter.bold(name) if row.is_running else name
    line = f" {mark} {name}  {painter.status(status, _STATE_WIDTH)}{took.rjust(_TIME_WIDTH)}"
    return f"{line}  {_detail(row, painter)}".rstrip()


def _detail(row: StepRow, painter: Painter) -> str:
    parts = []
    if row.is_mapped:
        finished = sum(status != state.RUNNING for status in row.items.values())
        cached = sum(status == state.CACHED for status in row.items.values())
        # How many there will be is not known before they have all begun.
        count = f"{finished} of {len(row.items)} started" if row.is_running else many(finished, "item")
        parts.append(count + (f", {cached} cached" if cached else ""))
    elif row.is_running and row.total > 0:
        parts.append(f"{bar(row.done / row.total, _BAR_WIDTH, painter)} {min(row.done / row.total, 1):4.0%}")
    if row.note:
        parts.append(painter.paint(row.note, "red") if row.status == state.FAILED else painter.dim(row.note))
    return "  ".join(parts)


def bar(fraction: float, width: int, painter: Painter) -> str:
    """A progress bar of so many columns."""
    filled = round(min(max(fraction, 0.0), 1.0) * width)
    if not painter.is_unicode:
        return "#" * filled + "." * (width - filled)
    return painter.paint("━" * filled, "cyan") + painter.dim("─" * (width - filled))


def title_line(tracker: RunTracker, painter: Painter) -> str:
    """What is being run, and which settings of its steps the executor does not heed."""
    title = f"run {painter.bold(tracker.run)}, pipeline {tracker.pipeline}, {many(tracker.total, 'step')}"
    ignored = [f"{setting} of {', '.join(steps)}" for setting, steps in tracker.ignored.items()]
    return "\n".join([title, *(f"   {painter.dim(f'without effect here: {text}')}" for text in ignored)])


def totals_line(tracker: RunTracker, painter: Painter) -> str:
    """How far the whole run is."""
    counts = tracker.counts()
    finished = sum(counts.values()) - counts[state.RUNNING]
    words = [f"{finished} of {many(max(tracker.total, len(tracker.rows)), 'step')}"]
    words += [
        painter.paint(f"{counts[status]} {status.replace('_', ' ')}", style)
        for status, style in ((state.CACHED, "cyan"), (state.FAILED, "red"), (state.SKIPPED, "dim"))
        if counts[status]
    ]
    words.append(duration(tracker.elapsed_s()))
    dot = f" {painter.symbol('·')} "
    drawn = bar(finished / max(tracker.total, 1), 24, painter)
    return f" {drawn}  {dot.join(words)}"
