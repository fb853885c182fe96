"""The zygote: a small process that forks workers and tells the runner when they end.

It imports what every worker needs and nothing with threads, so that a fork is
cheap and safe. It lives as long as the runner's end of its socket is open; its
workers are killed with it, each with everything it started.

A process whose parent ends goes to its worker, and when the worker ends to the
zygote, also if it made a session of its own. So a child of the zygote that is
no worker was left behind by one that has ended.
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
import traceback
from typing import Any, NoReturn

from penstock.engine.runtime.executor.process_tree import children
from penstock.engine.runtime.executor.wire import WORKER_FAILED, Wire
from penstock.engine.runtime.executor.worker_process import flush, serve

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
END_S = 5.0


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
    _prctl(PR_SET_CHILD_SUBREAPER, 1)
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
        zygote.end()


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
            data, ancillary, _, _ = self.runner.recvmsg(65536, socket.CMSG_SPACE(4 * 16), socket.MSG_CMSG_CLOEXEC)
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

    def reap(self) -> bool:
        """Tell the runner which workers ended, after killing what they left; whether any process is left."""
        while True:
            try:
                ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                return False
            if ended is None:
                return True
            self._bury(ended.si_pid)

    def end(self) -> None:
        """Kill the workers and everything they started."""
        for pid in self.workers:
            _kill_group(pid, signal.SIGKILL)
        while self.reap():
            readable, _, _ = select.select([self.wake[0]], [], [], END_S)
            if not readable:
                # The kernel holds one back, in a call to a device or a remote disk; it ends after that.
                return
            os.read(self.wake[0], 4096)

    def _bury(self, pid: int) -> None:
        if pid in self.workers:
            _kill_group(pid, signal.SIGKILL)
        _, status, usage = os.wait4(pid, 0)
        for orphan in set(children(os.getpid())) - self.workers:
            _kill_group(orphan, signal.SIGKILL)
        if pid in self.workers:
            self.workers.remove(pid)
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
        code = WORKER_FAILED
        try:
            # Standard error of the run; a step's goes to its log.
            with open(os.dup(2), "w", encoding="utf-8", errors="backslashreplace") as errors:
                try:
                    self._settle(request)
                    serve(socket.socket(fileno=descriptor), request["setup"])
                except BaseException:
                    traceback.print_exc(file=errors)
                    raise
            flush()
            code = 0
        finally:
            # Not back into the zygote's loop, whatever happens.
            os._exit(code)

    def _settle(self, request: dict[str, Any]) -> None:
        """Let go of what is the zygote's, and become what a worker is."""
        os.setsid()
        _die_with_parent()
        _prctl(PR_SET_CHILD_SUBREAPER, 1)
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        self.runner.close()
        for descriptor in (*self.wake, *self.descriptors):
            os.close(descriptor)
        os.environ.update(request["env"])
        faulthandler.enable()


def _die_with_parent() -> None:
    """Ask the kernel for SIGKILL when the zygote dies; leave at once if it already has."""
    parent = os.getppid()
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def _prctl(option: int, value: int) -> None:
    ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _kill_group(pid: int, number: int) -> None:
    for kill in (os.killpg, os.kill):
        try:
            kill(pid, number)
        except (ProcessLookupError, PermissionError):
            continue


if __name__ == "__main__":
    main(int(sys.argv[1]))
