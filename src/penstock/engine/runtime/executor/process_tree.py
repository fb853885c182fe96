"""Facts about processes of this machine, from ``/proc``."""

from __future__ import annotations

import os

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
            waiting.extend(_children(current))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return total


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/children", encoding="ascii") as file:
            found.extend(int(child) for child in file.read().split())
    return found


def gpu_count() -> int:
    """Accelerators of this machine that the NVIDIA driver shows."""
    try:
        return len(os.listdir("/proc/driver/nvidia/gpus"))
    except FileNotFoundError:
        return 0


def total_memory_bytes() -> int:
    """Memory of this machine, or of the control group it runs in if that is less."""
    total = os.sysconf("SC_PHYS_PAGES") * _PAGE_BYTES
    for path in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            with open(path, encoding="ascii") as file:
                text = file.read().strip()
        except OSError:
            continue
        if text.isdigit():
            total = min(total, int(text))
    return total
