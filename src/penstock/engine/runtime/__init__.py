"""Turns a graph into finished executions, or into the reasons why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from penstock.core.lazy import lazily

if TYPE_CHECKING:
    from penstock.engine.runtime.explanation import Explanation, explain
    from penstock.engine.runtime.options import RunOptions
    from penstock.engine.runtime.place import Place
    from penstock.engine.runtime.plan import PlannedStep, make_plan
    from penstock.engine.runtime.prepared import Prepared, prepare, prepare_recorded, prepare_step
    from penstock.engine.runtime.recovery import request_cancel, sweep
    from penstock.engine.runtime.run_diff import Change, RunDiff, StepChange, compare
    from penstock.engine.runtime.runner import check_request, resume, start, start_executor_ahead

__all__ = [
    "Change",
    "Explanation",
    "Place",
    "PlannedStep",
    "Prepared",
    "RunDiff",
    "RunOptions",
    "StepChange",
    "check_request",
    "compare",
    "explain",
    "make_plan",
    "prepare",
    "prepare_recorded",
    "prepare_step",
    "request_cancel",
    "resume",
    "start",
    "start_executor_ahead",
    "sweep",
]

# Lazy: a worker needs one module of this room, and submodules that share a name with a function stay reachable.
__getattr__ = lazily(
    __name__,
    {
        "explanation": ("Explanation", "explain"),
        "options": ("RunOptions",),
        "place": ("Place",),
        "plan": ("PlannedStep", "make_plan"),
        "prepared": ("Prepared", "prepare", "prepare_recorded", "prepare_step"),
        "recovery": ("request_cancel", "sweep"),
        "run_diff": ("Change", "RunDiff", "StepChange", "compare"),
        "runner": ("check_request", "resume", "start", "start_executor_ahead"),
    },
)
