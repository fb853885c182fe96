"""Turns a graph into finished executions, or into the reasons why not."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from penstock.engine.runtime.explanation import Explanation, explain
    from penstock.engine.runtime.options import RunOptions
    from penstock.engine.runtime.place import Place
    from penstock.engine.runtime.plan import PlannedStep, make_plan
    from penstock.engine.runtime.prepared import Prepared, prepare, prepare_recorded, prepare_step
    from penstock.engine.runtime.recovery import request_cancel, sweep
    from penstock.engine.runtime.run_diff import Change, RunDiff, StepChange, compare
    from penstock.engine.runtime.runner import check_request, resume, start, start_executor_ahead

_HOMES = {
    "Change": "run_diff",
    "Explanation": "explanation",
    "Place": "place",
    "PlannedStep": "plan",
    "Prepared": "prepared",
    "RunDiff": "run_diff",
    "RunOptions": "options",
    "StepChange": "run_diff",
    "check_request": "runner",
    "compare": "run_diff",
    "explain": "explanation",
    "make_plan": "plan",
    "prepare": "prepared",
    "prepare_recorded": "prepared",
    "prepare_step": "prepared",
    "request_cancel": "recovery",
    "resume": "runner",
    "start": "runner",
    "start_executor_ahead": "runner",
    "sweep": "recovery",
}

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


def __getattr__(name: str) -> Any:
    # Lazy: a worker needs one module of this room, and submodules that share a name with a function stay reachable.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
