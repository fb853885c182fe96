from __future__ import annotations

import contextvars
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from penstock.core.context import (
    StepContext,
    current_run,
    current_step,
    log_metrics,
    log_params,
    set_current_step,
)
from penstock.core.error import UsageError


@pytest.fixture
def sent(tmp_path: Path) -> Iterator[list[dict[str, Any]]]:
    messages: list[dict[str, Any]] = []
    set_current_step(StepContext("r1", "taxi", "train", -1, 1, tmp_path, messages.append, lambda: False))
    yield messages
    set_current_step(None)


def test_outside_of_a_step_logging_does_nothing_and_asking_is_an_error() -> None:
    log_metrics({"auc": 0.9})
    log_params({"depth": 3})
    assert current_step() is None
    with pytest.raises(UsageError, match="no step is running"):
        current_run()


def test_metrics_are_sent_as_floats(sent: list[dict[str, Any]]) -> None:
    log_metrics({"auc": 1, "loss": 0.5}, training_step=7)
    assert sent == [{"type": "metrics", "values": {"auc": 1.0, "loss": 0.5}, "training_step": 7}]
    assert isinstance(sent[0]["values"]["auc"], float)


def test_settings_are_sent_as_text(sent: list[dict[str, Any]]) -> None:
    log_params({"depth": 3, "name": "x"})
    assert sent == [{"type": "params", "values": {"depth": "3", "name": "x"}}]


def test_progress_is_sent(sent: list[dict[str, Any]]) -> None:
    current_run().report_progress(1, 4, "epoch")
    assert sent == [{"type": "progress", "done": 1, "total": 4, "note": "epoch"}]


@pytest.mark.usefixtures("sent")
def test_the_step_is_that_of_the_context_it_was_entered_in() -> None:
    assert current_run().step == "train"
    inside = contextvars.copy_context()
    inside.run(set_current_step, None)
    assert current_run().step == "train"
    assert inside.run(current_step) is None


def test_the_folder_for_checkpoints_is_made_when_it_is_asked_for(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "folder"
    context = StepContext("r1", "taxi", "train", -1, 1, folder, print, lambda: False)
    assert not folder.exists()
    assert context.checkpoints.is_dir()
