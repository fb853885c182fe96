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
from penstock.engine.runtime.executor.wire import Wire
from penstock.engine.runtime.worker import Means, describe, execute


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
        before = _surroundings()
        _reset_peak_memory()
        with _Output(task["log_file"]):
            outcome = self._outcome(task)
        is_dirty = _surroundings() != before or _has_children()
        facts = {"is_dirty": is_dirty, "pid": os.getpid(), "peak_memory_bytes": _peak_memory_bytes()}
        return {"type": "finished", "task": task["id"], **facts, **outcome}

    def _outcome(self, task: dict[str, Any]) -> dict[str, Any]:
        def send(message: dict[str, Any]) -> None:
            self.wire.send({**message, "task": task["id"]})

        try:
            find_function, blobs = self._load()
        except Exception as error:  # noqa: BLE001 - boundary: step
            return {"error": describe(error, f"pipeline '{task['pipeline']}'"), "seconds": 0.0}
        outcome = execute(task, Means(find_function, blobs, send, self._is_canceled))
        if "error" in outcome:
            sys.stderr.write(outcome["error"]["traceback"])
        return outcome

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

    def __enter__(self) -> None:
        if self.log_file:
            target = os.open(self.log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
            os.dup2(target, 1)
            os.dup2(target, 2)
            os.close(target)

    def __exit__(self, *_: object) -> None:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        if self.log_file:
            nowhere = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
            os.dup2(nowhere, 1)
            os.dup2(nowhere, 2)
            os.close(nowhere)


def _surroundings() -> tuple[str, dict[str, str]]:
    """Working folder and environment; OpenMP's own variables aside, which libraries set when they are imported."""
    try:
        folder = os.getcwd()
    except FileNotFoundError:
        folder = ""
    return folder, {name: value for name, value in os.environ.items() if not name.startswith("KMP_")}


def _has_children() -> bool:
    """Whether the step left processes behind."""
    for thread in os.listdir("/proc/self/task"):
        try:
            with open(f"/proc/self/task/{thread}/children", encoding="ascii") as file:
                if file.read():
                    return True
        except FileNotFoundError:
            # The thread ended meanwhile, or the kernel does not list children.
            continue
    return False


def _reset_peak_memory() -> None:
    with contextlib.suppress(OSError), open("/proc/self/clear_refs", "w", encoding="ascii") as file:
        file.write("5")


def _peak_memory_bytes() -> int:
    with open("/proc/self/status", encoding="ascii", errors="replace") as file:
        for line in file:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0
