"""What a step may change about its process: told, so that a worker can be replaced, or put back."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import sys
import threading
from collections.abc import Iterator
from typing import Any

from penstock.engine.runtime.executor.process_tree import children, status_field

_LIMITS = [number for name, number in vars(resource).items() if name.startswith("RLIMIT_")]


def surroundings() -> tuple[Any, ...]:
    """What the next step in this process would meet; compare two of them with ``==``."""
    return (
        _folder(),
        _environment(),
        status_field("Umask"),
        [signal.getsignal(number) for number in signal.valid_signals()],
        signal.pthread_sigmask(signal.SIG_BLOCK, ()),
        [resource.getrlimit(number) for number in _LIMITS],
        (sys.stdout.closed, sys.stderr.closed),
        {thread for thread in threading.enumerate() if not thread.daemon},
        children(os.getpid()),
    )


def cancel_timers() -> None:
    """Stop every timer of this process: an alarm that a step has set must not end the next one."""
    for timer in (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF):
        signal.setitimer(timer, 0)


@contextlib.contextmanager
def kept() -> Iterator[None]:
    """Put back working folder, environment and standard streams at the end, where no other process can take over."""
    # A descriptor finds the folder also after a step has renamed it.
    folder = os.open(".", os.O_PATH | os.O_DIRECTORY)
    environment, streams = _environment(), (sys.stdout, sys.stderr)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = streams
        os.fchdir(folder)
        os.close(folder)
        if _environment() != environment:
            for name in _environment().keys() - environment.keys():
                del os.environ[name]
            os.environ.update(environment)


def _folder() -> str:
    try:
        return os.getcwd()
    except FileNotFoundError:
        return ""


def _environment() -> dict[str, str]:
    """OpenMP's own variables aside, which libraries set when they are imported."""
    return {name: value for name, value in os.environ.copy().items() if not name.startswith("KMP_")}
