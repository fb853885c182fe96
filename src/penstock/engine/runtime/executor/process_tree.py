"""Facts about processes of this machine, from ``/proc``."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def resident_bytes(pid: int) -> int:
    """Resident memory of a process and everything it started; 0 when it is gone.

    Parameters
    ----------
    pid : int

    Returns
    -------
    int, in bytes
        Pages shared between the processes count once per process.
    """
    total = 0
    waiting = [pid]
    while waiting:
        current = waiting.pop()
        try:
            with open(f"/proc/{current}/statm", encoding="ascii") as file:
                total += int(file.read().split()[1]) * _PAGE_BYTES
            waiting.extend(children(current))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return total


def children(pid: int) -> list[int]:
    """Processes that a process has started, or taken over from others that ended; none when it is gone."""
    found: list[int] = []
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for thread in os.listdir(f"/proc/{pid}/task"):
            # A thread may end meanwhile, and a kernel may not list children.
            with (
                contextlib.suppress(FileNotFoundError, ProcessLookupError),
                open(f"/proc/{pid}/task/{thread}/children", encoding="ascii") as file,
            ):
                found.extend(int(child) for child in file.read().split())
    return found


def status_field(name: str) -> str:
    """A line of this process's ``/proc/self/status``; empty where there is none of that name."""
    with open("/proc/self/status", encoding="ascii", errors="replace") as file:
        for line in file:
            if line.startswith(f"{name}:"):
                return line.partition(":")[2].strip()
    return ""


def gpu_count() -> int:
    """Accelerators of this machine that the NVIDIA driver shows."""
    try:
        return len(os.listdir("/proc/driver/nvidia/gpus"))
    except FileNotFoundError:
        return 0


def total_memory_bytes() -> int:
    """Memory of this machine, or of the control groups this process is in if that is less."""
    total = os.sysconf("SC_PHYS_PAGES") * _PAGE_BYTES
    for path in _limit_files():
        try:
            text = path.read_text(encoding="ascii").strip()
        except OSError:
            continue
        if text.isdigit():
            total = min(total, int(text))
    return total


def _limit_files() -> Iterator[Path]:
    """Limits of this process's control group and of all above it; in a container its own is the topmost."""
    try:
        lines = Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, group = line.split(":", 2)
        if controllers in ("", "memory"):
            root = Path("/sys/fs/cgroup", controllers)
            name = "memory.limit_in_bytes" if controllers else "memory.max"
            for folder in (PurePosixPath(group), *PurePosixPath(group).parents):
                yield root / str(folder).lstrip("/") / name
