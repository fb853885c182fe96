import io

import pytest

from penstock.apps.cli.progress.row import bar, fitted, row_line, totals_line
from penstock.apps.cli.progress.tracker import RunTracker, StepRow
from penstock.apps.cli.terminal import Painter


def _painter(encoding: str = "utf-8") -> Painter:
    return Painter(io.TextIOWrapper(io.BytesIO(), encoding=encoding))


def test_lines_of_finished_steps_are_aligned() -> None:
    rows = [
        StepRow("ingest", {-1: "cached"}),
        StepRow("train", {-1: "complete"}, seconds=1.234),
        StepRow("register", {-1: "skipped"}, note="condition x is false"),
        StepRow("evaluate", {-1: "failed"}, seconds=75, note="ValueError: no"),
    ]
    assert [row_line(row, 8, _painter()) for row in rows] == [
        " ✓ ingest    cached",
        " ✓ train     complete           1.23 s",
        " – register  skipped                    condition x is false",
        " ✗ evaluate  failed         1 min 15 s  ValueError: no",
    ]


def test_plain_ascii_where_nothing_else_can_be_shown() -> None:
    row = StepRow("train", {-1: "running"}, done=1, total=4)
    line = row_line(row, 8, _painter("ascii"), frame=3)
    line.encode("ascii")
    assert "####............  25%" in line


def test_items_of_a_mapped_step_are_counted() -> None:
    row = StepRow("train", {0: "cached", 1: "complete", 2: "running"})
    assert row_line(row, 8, _painter()).endswith("2 of 3 started, 1 cached")
    row.items[2] = "complete"
    assert row_line(row, 8, _painter()).endswith("3 items, 1 cached")


@pytest.mark.parametrize("fraction", [-1.0, 0.0, 0.3, 1.0, 7.0])
def test_a_bar_never_leaves_its_columns(fraction: float) -> None:
    assert len(bar(fraction, 10, _painter())) == 10


def test_long_names_keep_both_ends() -> None:
    name = fitted("preprocessing/features/normalise", 12)
    assert (len(name), name[0], name[-1]) == (12, "p", "e")


def test_totals() -> None:
    tracker = RunTracker(("a", "b", "c"))
    for step, status in (("a", "cached"), ("b", "failed")):
        tracker.apply({"event": "step_finished", "run": "r", "step": step, "item": -1, "status": status})
    assert "2 of 3 steps · 1 cached · 1 failed · " in totals_line(tracker, _painter())
