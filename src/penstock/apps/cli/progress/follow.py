"""What steps print, while they print it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from penstock.apps.cli.terminal import Painter
from penstock.core.record import NO_ITEM, execution_label

PAUSE_S = 0.1


class LogTail:
    """Reads what is appended to one file, line by line.

    Parameters
    ----------
    path : Path
        Need not exist yet.
    offset : int
        Where to begin, in bytes.
    """

    def __init__(self, path: Path, offset: int = 0) -> None:
        self._path = path
        self._offset = offset
        self._rest = b""

    def lines(self, *, is_final: bool = False) -> list[str]:
        """Lines that were completed since the last call; with ``is_final`` the unfinished one too."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                data = file.read()
        except FileNotFoundError:
            data = b""
        self._offset += len(data)
        *complete, self._rest = (self._rest + data).split(b"\n")
        if is_final and self._rest:
            complete.append(self._rest)
            self._rest = b""
        return [line.decode(errors="replace").rstrip("\r") for line in complete]


class LogFollower:
    """Shows the output of the steps that are running, each line after the step's name.

    Parameters
    ----------
    log_file : callable or None
        Gives the file of ``(run, step, item)``; None shows nothing.
    show : callable
        Prints one line.
    painter : Painter
    """

    def __init__(
        self, log_file: Callable[[str, str, int], Path] | None, show: Callable[[str], None], painter: Painter
    ) -> None:
        self._log_file = log_file
        self._show = show
        self._painter = painter
        self._tails: dict[tuple[str, int], LogTail] = {}
        self._lock = threading.Lock()
        self._is_closed = threading.Event()
        self._thread: threading.Thread | None = None

    def apply(self, event: Mapping[str, Any]) -> None:
        """Begin or end to follow a step."""
        if self._log_file is None or event["event"] not in ("step_started", "step_finished"):
            return
        key = (event["step"], event.get("item", NO_ITEM))
        with self._lock:
            if event["event"] == "step_finished":
                self._drain(key, self._tails.pop(key, None), is_final=True)
            elif key not in self._tails:
                path = self._log_file(event["run"], *key)
                self._tails[key] = LogTail(path, path.stat().st_size if path.exists() else 0)
        self._start()

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._follow, name="penstock-logs", daemon=True)
            self._thread.start()

    def _follow(self) -> None:
        while not self._is_closed.wait(PAUSE_S):
            with self._lock:
                for key, tail in self._tails.items():
                    self._drain(key, tail)

    def _drain(self, key: tuple[str, int], tail: LogTail | None, *, is_final: bool = False) -> None:
        label = execution_label(*key)
        for line in tail.lines(is_final=is_final) if tail is not None else []:
            self._show(f"   {self._painter.dim(label + ' |')} {line}")

    def close(self) -> None:
        """Show what is left, and stop."""
        self._is_closed.set()
        if self._thread is not None:
            self._thread.join()
        for key, tail in self._tails.items():
            self._drain(key, tail, is_final=True)
        self._tails.clear()
