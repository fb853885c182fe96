from typing import Any

import pytest

from penstock.apps.cli.progress.tracker import RunTracker, reason_text


def _event(kind: str, step: str, item: int = -1, **more: Any) -> dict[str, Any]:
    return {"event": kind, "run": "r", "step": step, "item": item, **more}


def _finished(step: str, status: str, item: int = -1, **more: Any) -> dict[str, Any]:
    return _event("step_finished", step, item, status=status, cached=status == "cached", seconds=1.5, **more)


def test_counts_and_totals() -> None:
    tracker = RunTracker()
    tracker.apply({"event": "run_started", "run": "r", "pipeline": "taxi", "steps": 4})
    tracker.apply(_event("step_started", "a", attempt=1))
    tracker.apply(_finished("b", "cached"))
    tracker.apply(_finished("a", "complete"))
    tracker.apply(_finished("c", "skipped"))
    assert tracker.total == 4
    assert dict(tracker.counts()) == {"complete": 1, "cached": 1, "skipped": 1}
    assert tracker.rows["a"].elapsed_s() == 1.5


def test_progress_note_and_retry_are_forgotten_when_over() -> None:
    tracker = RunTracker(("train",))
    tracker.apply(_event("step_started", "train", attempt=1))
    row = tracker.apply(_event("step_progress", "train", done=3, total=12, note="epoch 3"))
    assert row is not None
    assert (row.done, row.total, row.note) == (3, 12, "epoch 3")
    tracker.apply(_event("step_retry", "train", attempt=2, wait_s=0.5, error={"what": "broken pipe\nmore"}))
    assert row.note == "attempt 2 in 0.5 s, after: broken pipe"
    tracker.apply(_event("step_started", "train", attempt=2))
    assert (row.note, row.total) == ("", 0)
    tracker.apply(_finished("train", "complete"))
    assert row.status == "complete"


def test_a_mapped_step_is_one_row() -> None:
    tracker = RunTracker()
    for item in range(3):
        tracker.apply(_event("step_started", "train", item, attempt=1))
    tracker.apply(_finished("train", "complete", 0))
    tracker.apply(_finished("train", "failed", 1, error={"what": "no"}))
    row = tracker.rows["train"]
    assert (row.is_mapped, row.is_running, row.status) == (True, True, "running")
    tracker.apply(_finished("train", "cached", 2))
    assert (row.is_running, row.status) == (False, "failed")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"error": {"what": "first\nsecond"}}, "first"),
        ({"reason": {"upstream": "train", "state": "upstream_failed"}}, "because train did not run"),
        ({"reason": {"upstream": "train"}}, "because train was skipped"),
        ({}, ""),
    ],
)
def test_reasons(data: dict[str, Any], text: str) -> None:
    assert reason_text(data) == text
