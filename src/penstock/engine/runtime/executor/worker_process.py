"""A worker: the process that executes tasks one after another, as the runner sends them."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import sys
from pathlib import Path
from typing import Any

from penstock.core.protocol import BlobStore
from penstock.engine.runtime.executor.process_tree import status_field
from penstock.engine.runtime.executor.surroundings import cancel_timers, surroundings
from penstock.engine.runtime.executor.wire import Wire
from penstock.engine.runtime.worker import Means, describe, execute, place


def serve(sock: socket.socket, setup: dict[str, Any]) -> None:
    """Execute tasks until the runner closes the socket.

    Parameters
    ----------
    sock : socket
        To the runner.
    setup : dict
        Fields of `penstock.core.protocol.ExecutorSetup`.
    """
    wire = Wire(sock)
    sock.setblocking(True)
    worker = _Worker(wire, setup)
    while not wire.is_closed:
        for message in wire.receive():
            if "task" in message:
                wire.send(worker.run(message["task"]))


class _Worker:
    def __init__(self, wire: Wire, setup: dict[str, Any]) -> None:
        self.wire = wire
        self.setup = setup
        self._loaded: tuple[Any, BlobStore] | None = None

    def run(self, task: dict[str, Any]) -> dict[str, Any]:
        before = surroundings()
        _reset_peak_memory()
        try:
            with _Output(task["log_file"]) as output:
                outcome = self._outcome(task)
                output.end(outcome)
        except OSError as error:
            # The log cannot be opened.
            outcome = {"error": describe(error, place(task)), "seconds": 0.0}
        facts = {
            "is_dirty": surroundings() != before,
            "pid": os.getpid(),
            "peak_memory_bytes": _peak_memory_bytes(),
        }
        return {"type": "finished", "task": task["id"], **facts, **outcome}

    def _outcome(self, task: dict[str, Any]) -> dict[str, Any]:
        def send(message: dict[str, Any]) -> None:
            self.wire.send({**message, "task": task["id"]})

        try:
            find_function, blobs = self._load()
        except Exception as error:  # noqa: BLE001 - boundary: step
            return {"error": describe(error, place(task)), "seconds": 0.0}
        return execute(task, Means(find_function, blobs, send, self._is_canceled))

    def _load(self) -> tuple[Any, BlobStore]:
        if self._loaded is None:
            from penstock.engine.runtime.step_loader import StepLoader
            from penstock.engine.store import open_blobs

            loader = StepLoader(Path(self.setup["package"]), self.setup["root"])
            self._loaded = (loader.function, open_blobs(self.setup["artifacts"], cache=Path(self.setup["cache"])))
        return self._loaded

    def _is_canceled(self) -> bool:
        return bool(select.select([self.wire], [], [], 0)[0])


class _Output:
    """Sends everything that the process prints, also from C, to one log file."""

    def __init__(self, log_file: str) -> None:
        self.log_file = log_file
        self.streams = sys.stdout, sys.stderr

    def __enter__(self) -> _Output:
        if self.log_file:
            target = os.open(self.log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
            os.dup2(target, 1)
            os.dup2(target, 2)
            os.close(target)
        return self

    def end(self, outcome: dict[str, Any]) -> None:
        """Take standard output and error back from the step, and add the traceback of its error."""
        cancel_timers()
        sys.stdout, sys.stderr = self.streams
        flush()
        text = outcome.get("error", {}).get("traceback", "")
        # A full disk must not hide the error itself.
        with contextlib.suppress(OSError):
            if text and self.log_file:
                # By name: the step may have closed descriptor 2, or opened something else in its place.
                with open(self.log_file, "a", encoding="utf-8", errors="backslashreplace") as log:
                    log.write(text)

    def __exit__(self, *_: object) -> None:
        if self.log_file:
            nowhere = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
            os.dup2(nowhere, 1)
            os.dup2(nowhere, 2)
            os.close(nowhere)
            # What the log could not take would else come with the next step.
            flush()


def flush() -> None:
    """Send what was printed on its way; a log on a full disk, or closed by the step, loses the rest."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()


def _reset_peak_memory() -> None:
    with contextlib.suppress(OSError), open("/proc/self/clear_refs", "w", encoding="ascii") as file:
        file.write("5")


def _peak_memory_bytes() -> int:
    return int(status_field("VmHWM").removesuffix(" kB") or 0) * 1024
