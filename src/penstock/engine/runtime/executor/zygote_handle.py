"""The runner's end of a zygote: starts it, asks it for workers, stops it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from typing import Any

from penstock.engine.runtime.executor.wire import Wire, encode

_CODE = (
    "import os, sys; sys.path[:] = os.environ.pop('PENSTOCK_SYS_PATH').split(os.pathsep);"
    "from penstock.engine.runtime.executor.zygote import main; main(int(sys.argv[1]))"
)


class ZygoteHandle:
    """A running zygote.

    It is started by the constructor and lives until `stop`, or until this process ends.
    """

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        self._process = subprocess.Popen(
            [sys.executable, "-c", _CODE, str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, "PENSTOCK_SYS_PATH": os.pathsep.join(sys.path)},
        )
        theirs.close()
        self.wire = Wire(ours)
        self._has_workers = False
        self._folder = os.getcwd()
        self._environment = dict(os.environ)

    def fits(self) -> bool:
        """Whether its workers would see the folder and environment of this process as they are now."""
        return os.getcwd() == self._folder and dict(os.environ) == self._environment

    def fork(self, request: dict[str, Any]) -> Wire:
        """Ask for a worker; returns the runner's end of its wire.

        Raises
        ------
        BrokenPipeError, ConnectionResetError
            If the zygote was killed.
        """
        ours, theirs = socket.socketpair()
        self._has_workers = True
        with theirs:
            try:
                socket.send_fds(self.wire.sock, [encode(request)], [theirs.fileno()])
            except OSError:
                ours.close()
                raise
        return Wire(ours)

    def kill(self, pid: int, number: int) -> None:
        """Send a signal to a worker's process group, unless it has ended."""
        self.wire.send({"kill": pid, "signal": int(number)})

    def stop(self) -> int:
        """End it, and with it every worker; returns its exit code, negative for a signal."""
        self.wire.close()
        if not self._has_workers:
            # It may still be starting, and has nobody to look after.
            self._process.kill()
        return self._process.wait()


_SPARE: list[ZygoteHandle] = []


def start_ahead() -> None:
    """Start a zygote before it is known whether a task will need it, to overlap its start with other work."""
    if not _SPARE:
        _SPARE.append(ZygoteHandle())


def take() -> ZygoteHandle:
    """The zygote that was started ahead, if it still fits, else a new one."""
    spare = _SPARE.pop() if _SPARE else None
    if spare is not None and spare.fits():
        return spare
    if spare is not None:
        spare.stop()
    return ZygoteHandle()


def stop_spare() -> None:
    """Stop the zygote that was started ahead and not taken."""
    while _SPARE:
        _SPARE.pop().stop()
