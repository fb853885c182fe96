"""The one step runner: executes one task from a package.

The local pool, a remote task and a container all call `execute`, so that every target runs the same code.
"""

from __future__ import annotations

import os
import sysconfig
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from penstock.core.artifact import value_from_json
from penstock.core.context import StepContext, set_current_step
from penstock.core.error import PenstockError
from penstock.core.graph import Node, StepRef, node_from_json
from penstock.core.protocol import BlobStore
from penstock.core.record import NO_ITEM
from penstock.engine.runtime.value_io import load_value, save_outputs

MESSAGE_CHARS = 10_000
TRACEBACK_CHARS = 1_000_000
"""What of an error is kept; a step may put all of its data into one."""

Send = Callable[[dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Means:
    """What a worker has to work with.

    Parameters
    ----------
    find_function : callable
        Gives the function behind a StepRef.
    blobs : BlobStore
    send : callable
        Takes messages of the running step.
    is_canceled : callable
        Asked by the step.
    is_interruptible : bool
        Whether KeyboardInterrupt is the caller's and passes, instead of failing the step.
    """

    find_function: Callable[[StepRef], Callable[..., Any]]
    blobs: BlobStore
    send: Send
    is_canceled: Callable[[], bool]
    is_interruptible: bool = False


def execute(task: Mapping[str, Any], means: Means) -> dict[str, Any]:
    """Run one task: load the inputs, call the step, store the outputs.

    Parameters
    ----------
    task : mapping
        Fields of `penstock.core.protocol.Task`.
    means : Means

    Returns
    -------
    dict
        ``outputs`` (JSON values by name) or ``error``, and ``seconds``.
    """
    started = time.perf_counter()
    node = node_from_json(task["node"])
    where = place(task)
    owner = os.getpid()
    try:
        outcome = {"outputs": _call(task, node, means, where)}
    except SystemExit as stop:
        outcome = {"error": _exit_error(stop, where)}
    except BaseException as error:
        # boundary: step. Also CancelledError, GeneratorExit and the like are its own.
        if means.is_interruptible and isinstance(error, KeyboardInterrupt):
            raise
        outcome = {"error": describe(error, where)}
    finally:
        set_current_step(None)
    if os.getpid() != owner:
        # The step forked and its child came back here: only the parent may answer.
        os._exit(0)
    return {**outcome, "seconds": time.perf_counter() - started}


def _call(task: Mapping[str, Any], node: Node, means: Means, where: str) -> dict[str, Any]:
    owner = os.getpid()
    function = means.find_function(node.step)
    inputs = {
        port.name: load_value(value_from_json(task["inputs"][port.name]), port.type, means.blobs)
        for port in node.inputs
    }
    set_current_step(
        StepContext(
            run=task["run"],
            pipeline=task["pipeline"],
            step=node.name,
            item=task["item"],
            attempt=task["attempt"],
            checkpoint_folder=Path(task["checkpoints"]),
            send=means.send,
            is_canceled=means.is_canceled,
        )
    )
    result = function(**inputs)
    if os.getpid() != owner:
        os._exit(0)
    return save_outputs(node, result, means.blobs, where)


def place(task: Mapping[str, Any]) -> str:
    """Pipeline and step of a task, for the ``where`` of its errors.

    Parameters
    ----------
    task : mapping
        Fields of `penstock.core.protocol.Task`.
    """
    name = task["node"]["name"]
    label = name if task["item"] == NO_ITEM else f"{name}[{task['item']}]"
    return f"pipeline '{task['pipeline']}', step '{label}'"


def _exit_error(stop: SystemExit, where: str) -> dict[str, Any]:
    return {
        "type": "StepError",
        "what": f"the step called sys.exit({stop.code!r})",
        "where": where,
        "fix": "return to end a step; raise an error to fail it",
        "traceback": traceback.format_exc(),
    }


def describe(error: BaseException, where: str) -> dict[str, Any]:
    """An exception as the JSON that the store keeps.

    Parameters
    ----------
    error : exception
        The step's own, or one of Penstock's.
    where : str
        Pipeline and step.
    """
    text = _cut("".join(traceback.format_exception(_without_runner_frames(error))), TRACEBACK_CHARS)
    if isinstance(error, PenstockError):
        place = error.where if where in error.where else f"{where}: {error.where}"
        return {"type": type(error).__name__, "what": error.what, "where": place, "fix": error.fix, "traceback": text}
    if isinstance(error, MemoryError):
        kind, fix = "StepMemoryError", "work on smaller batches, or give the step more memory"
    else:
        kind, fix = "StepError", "correct the step; its log has the whole traceback"
    return {
        "type": kind,
        "what": f"{type(error).__name__}: {_said(error)}",
        "where": f"{where}, {_line(error)}",
        "fix": fix,
        "traceback": text,
    }


def _said(error: BaseException) -> str:
    try:
        return _cut(str(error), MESSAGE_CHARS)
    except BaseException as broken:  # noqa: BLE001 - boundary: step
        return f"(its text cannot be had: {type(broken).__name__})"


def _cut(text: str, limit: int) -> str:
    """The beginning and the end of a long text."""
    half = limit // 2
    return text if len(text) <= limit else f"{text[:half]} [... {len(text) - 2 * half} characters ...] {text[-half:]}"


def _without_runner_frames(error: BaseException) -> BaseException:
    """Drop the frames of this module above the user's code."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    return error.with_traceback(trace) if trace is not None else error


def _line(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if not _is_foreign(frame.filename)]
    chosen = (own or list(frames))[-1:]
    return f"{chosen[0].filename}:{chosen[0].lineno}" if chosen else "no line known"


def _is_foreign(filename: str) -> bool:
    """Whether a file is neither the project's nor the user's: installed, Python's own, or Penstock's."""
    places = (sysconfig.get_path("stdlib"), str(Path(__file__).parents[2]), "<frozen")
    return "site-packages" in filename or filename.startswith(places)
