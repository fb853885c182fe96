"""Starts a run (or resumes one), watches it, and says how it ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from penstock.apps.cli.failure import CANCELED, FAILED
from penstock.apps.cli.progress import DisplayOptions, open_display, print_summary
from penstock.core import state

if TYPE_CHECKING:
    from penstock.engine.runtime.run_handle import Run
    from penstock.workspace import Workspace

Starter = Callable[[Callable[[Mapping[str, Any]], None]], "Run"]


def carry_out(workspace: Workspace, start: Starter, options: DisplayOptions) -> int:
    """Run to the end.

    Parameters
    ----------
    workspace : Workspace
    start : callable
        Runs, given what watches the events; gives the finished run.
    options : DisplayOptions

    Returns
    -------
    int
        The exit code: 0 complete, 130 canceled, 1 otherwise.
    """
    with open_display(options) as watch:
        run = start(watch)
    if not options.is_json:
        print_summary(run, workspace)
    return {state.COMPLETE: 0, state.CANCELED: CANCELED}.get(run.state, FAILED)
