"""What a run would do, as text."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from penstock.apps.cli.format import columns
from penstock.apps.cli.terminal import Painter
from penstock.core.record import execution_label

if TYPE_CHECKING:
    from penstock.engine.runtime import PlannedStep

_STYLES = {"hit": "cyan", "run": "bold", "unknown": "yellow", "skip": "dim"}
_WORDS = {"hit": "cached", "run": "run", "unknown": "depends", "skip": "skip"}


def plan_lines(pipeline: str, planned: Sequence[PlannedStep]) -> list[str]:
    """A line per step: what would become of it, and why."""
    painter = Painter(sys.stdout)
    rows = []
    for item in planned:
        name = execution_label(item.step, item.item)
        rows.append([name, painter.paint(_WORDS[item.state], _STYLES[item.state]), painter.dim(item.why)])
    states = [item.state for item in planned]
    counts = ", ".join(f"{states.count(state)} {word}" for state, word in _WORDS.items() if state in states)
    return [f"{painter.bold(pipeline)}: {counts or 'nothing to do'}; nothing was run", *columns(rows, indent="  ")]
