"""The zygote: a small process that forks workers and tells the runner when they end.

It imports what every worker needs and nothing with threads, so that a fork is
cheap and safe. It lives as long as the runner's end of its socket is open; its
workers are killed with it, each with its whole process group.
"""

from __future__ import annotations

import array
import ctypes
import faulthandler
import json
import os
import select
import signal
import socket
import sys
from typing import Any, NoReturn

from penstock.engine.runtime.executor.wire import Wire
from penstock.engine.runtime.executor.worker_process import serve

PR_SET_PDEATHSIG = 1


def main(descriptor: int) -> None:
    """Serve fork requests until the runner is gone.

    Parameters
    ----------
    descriptor : int
        Unix socket to the runner. A request is one byte with a descriptor (the worker's socket)
        and a JSON line on it; answers are JSON lines.
    """
    runner = socket.socket(fileno=descriptor)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    wake_read, wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    zygote = _Zygote(runner, (wake_read, wake_write))
    try:
        while zygote.is_open:
            readable, _, _ = select.select([descriptor, wake_read], [], [])
            if wake_read in readable:
                os.read(wake_read, 4096)
            zygote.reap()
            if descriptor in readable:
                zygote.handle()
    finally:
        for pid in zygote.workers:
            _kill_group(pid, signal.SIGKILL)


class _Zygote:
    def __init__(self, runner: socket.socket, wake: tuple[int, int]) -> None:
        self.runner = runner
        self.wake = wake
        self.wire = Wire(runner)
        self.workers: set[int] = set()
        self.is_open = True
        self.buffer = b""
        self.descriptors = array.array("i")

    def handle(self) -> None:
        """Read requests: a line of JSON, with a descriptor beside it for a fork."""
        try:
            data, ancillary, _, _ = self.runner.recvmsg(65536, socket.CMSG_SPACE(4 * 16))
        except ConnectionResetError:
            # The runner is gone, and had not read everything.
            data, ancillary = b"", []
        for level, kind, payload in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                self.descriptors.frombytes(payload[: len(payload) - len(payload) % self.descriptors.itemsize])
        if not data:
            self.is_open = False
            return
        *lines, self.buffer = (self.buffer + data).split(b"\n")
        for line in lines:
            self._request(json.loads(line))

    def reap(self) -> None:
        """Tell the runner which workers ended, after killing what they left in their group."""
        while self.workers:
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if ended is None:
                return
            _kill_group(ended.si_pid, signal.SIGKILL)
            pid, status, usage = os.wait4(ended.si_pid, 0)
            self.workers.discard(pid)
            code = os.waitstatus_to_exitcode(status)
            self.wire.send({"type": "exited", "pid": pid, "code": code, "peak_memory_bytes": usage.ru_maxrss * 1024})

    def _request(self, request: dict[str, Any]) -> None:
        if "kill" in request:
            if request["kill"] in self.workers:
                _kill_group(request["kill"], request["signal"])
            return
        descriptor = self.descriptors.pop(0)
        pid = os.fork()
        if pid == 0:
            self._become_worker(descriptor, request)
        os.close(descriptor)
        self.workers.add(pid)
        self.wire.send({"type": "forked", "worker": request["worker"], "pid": pid})

    def _become_worker(self, descriptor: int, request: dict[str, Any]) -> NoReturn:
        code = 70
        try:
            os.setsid()
            _die_with_parent()
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGCHLD, signal.SIGINT):
                signal.signal(number, signal.SIG_DFL)
            self.runner.close()
            for end in self.wake:
                os.close(end)
            os.environ.update(request["env"])
            faulthandler.enable()
            serve(socket.socket(fileno=descriptor), request["setup"])
            code = 0
        finally:
            if code:
                sys.excepthook(*sys.exc_info())
            for stream in (sys.stdout, sys.stderr):
                stream.flush()
            os._exit(code)


def _die_with_parent() -> None:
    """Ask the kernel for SIGKILL when the zygote dies; leave at once if it already has."""
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def _kill_group(pid: int, number: int) -> None:
    for kill in (os.killpg, os.kill):
        try:
            kill(pid, number)
        except (ProcessLookupError, PermissionError):
            continue


if __name__ == "__main__":
    main(int(sys.argv[1]))
