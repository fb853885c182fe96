"""What a running step may ask of whoever runs it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from penstock.core.error import UsageError


@dataclass(frozen=True, slots=True)
class StepContext:
    """The run as seen from inside a step.

    Parameters
    ----------
    run, pipeline, step : str
        Ids and names.
    item : int
        Index in a mapped step, else -1.
    attempt : int
        1 for the first.
    checkpoint_folder : Path
        Where `checkpoints` is made.
    send : callable
        Takes one message (a JSON object with ``type``) to the runner.
    is_canceled : callable
        Whether the run was cancelled; long loops should ask.
    """

    run: str
    pipeline: str
    step: str
    item: int
    attempt: int
    checkpoint_folder: Path
    send: Callable[[dict[str, Any]], None] = field(repr=False)
    is_canceled: Callable[[], bool] = field(repr=False)

    @property
    def checkpoints(self) -> Path:
        """Folder that survives retries and resumes of this execution; removed when it is complete."""
        self.checkpoint_folder.mkdir(parents=True, exist_ok=True)
        return self.checkpoint_folder

    def log_metrics(self, values: Mapping[str, float], *, training_step: int = 0) -> None:
        """Record named figures; they reach the store in batches."""
        self.send(
            {"type": "metrics", "values": {k: float(v) for k, v in values.items()}, "training_step": training_step}
        )

    def log_params(self, values: Mapping[str, object]) -> None:
        """Record named settings, as text."""
        self.send({"type": "params", "values": {name: str(value) for name, value in values.items()}})

    def report_progress(self, done: float, total: float, note: str = "") -> None:
        """Say how far the step is; whoever watches draws it."""
        self.send({"type": "progress", "done": done, "total": total, "note": note})


_CURRENT: ContextVar[StepContext | None] = ContextVar("penstock_step", default=None)


def current_step() -> StepContext | None:
    """The context of the step that is running here, or None."""
    return _CURRENT.get()


def set_current_step(context: StepContext | None) -> None:
    """Enter (or leave) a step; for runners."""
    _CURRENT.set(context)


def current_run() -> StepContext:
    """The context of the running step.

    Raises
    ------
    UsageError
        If no step is running.
    """
    context = current_step()
    if context is None:
        raise UsageError(
            "no step is running here",
            where="current_run()",
            fix="call it from inside a step that a pipeline runs",
        )
    return context


def log_metrics(values: Mapping[str, float], *, training_step: int = 0) -> None:
    """Record figures of the running step; does nothing when the step is called as a plain function.

    Parameters
    ----------
    values : mapping of str to float
        The figures by name.
    training_step : int
        Position in training, for curves.
    """
    context = current_step()
    if context is not None:
        context.log_metrics(values, training_step=training_step)


def log_params(values: Mapping[str, object]) -> None:
    """Record settings of the running step; does nothing when the step is called as a plain function.

    Parameters
    ----------
    values : mapping of str to object
        The settings by name; kept as text.
    """
    context = current_step()
    if context is not None:
        context.log_params(values)
