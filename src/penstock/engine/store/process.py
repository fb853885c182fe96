"""Who a process is, so that others can tell later whether it is still at work."""

from __future__ import annotations

import hashlib
import os
import socket
from typing import NamedTuple


class Holder(NamedTuple):
    """A process, named so that neither a reused pid nor a like-named host is taken for it.

    Parameters
    ----------
    host : str
        Its host name.
    boot_id : str
        ``machine:boot:namespace``: a digest of the machine's id, the kernel's boot id and the
        namespace that its pid belongs to; empty parts where the system does not tell.
    pid : int
    started : int
        Start of the process in clock ticks since the boot; 0 where the system does not tell.
    """

    host: str
    boot_id: str
    pid: int
    started: int


def this_process() -> Holder:
    """The process that calls."""
    pid = os.getpid()
    return Holder(socket.gethostname(), _boot_id(), pid, _started(pid))


def is_running(holder: Holder) -> bool | None:
    """Whether that process still runs; None if that cannot be known from here.

    A process of this host from before its last boot does not run; nothing is known about
    processes of other hosts and of other containers.
    """
    here = this_process()
    machine, boot, namespace = _parts(holder.boot_id)
    my_machine, my_boot, my_namespace = _parts(here.boot_id)
    if (holder.host, machine) != (here.host, my_machine):
        return None
    if boot != my_boot:
        return False
    if namespace != my_namespace:
        return None
    return is_pid_running(holder.pid, holder.started)


def is_pid_running(pid: int, started: int) -> bool:
    """Whether a process of this host runs; ``started`` 0 takes any process of that pid."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it exists and belongs to another user
    found = _started(pid)
    return found >= 0 and (started == 0 or found == 0 or found == started)


def _parts(boot_id: str) -> tuple[str, str, str]:
    machine, _, rest = boot_id.partition(":")
    boot, _, namespace = rest.partition(":")
    return machine, boot, namespace


def _boot_id() -> str:
    machine = _read("/etc/machine-id")
    # systemd asks that the machine's id itself is not shown to others.
    hashed = hashlib.sha256(f"penstock {machine}".encode()).hexdigest()[:12] if machine else ""
    try:
        namespace = str(os.stat("/proc/self/ns/pid").st_ino)
    except OSError:
        namespace = ""
    return f"{hashed}:{_read('/proc/sys/kernel/random/boot_id')}:{namespace}"


def _started(pid: int) -> int:
    """Start time of a pid; -1 if it is dead or a zombie, 0 where there is no /proc."""
    if not os.path.isdir("/proc/self"):
        return 0
    try:
        # The command's name, in brackets, may itself hold blanks and brackets.
        fields = _bytes(f"/proc/{pid}/stat").rpartition(b")")[2].split()
    except OSError:
        return -1
    return -1 if fields[0] in (b"Z", b"X") else int(fields[19])


def _read(path: str) -> str:
    try:
        return _bytes(path).decode().strip()
    except OSError:
        return ""


def _bytes(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()
