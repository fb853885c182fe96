from __future__ import annotations

import os
import subprocess
import sys

from processes import descendants, wait_until

from penstock.engine.runtime.executor.process_tree import children, resident_bytes, status_field, total_memory_bytes

MIB = 2**20
HOLD = "import sys; data = bytearray(int(sys.argv[1])); print('ready', flush=True); sys.stdin.read()"
PARENT = (
    "import subprocess, sys\n"
    "child = subprocess.Popen([sys.executable, '-c', sys.argv[1], sys.argv[2]], stdin=subprocess.PIPE)\n"
    "sys.stdin.read(); child.communicate()"
)


def holding(size_bytes: int, *, in_child: bool) -> subprocess.Popen[str]:
    code = [PARENT, HOLD] if in_child else [HOLD]
    command = [sys.executable, "-c", *code, str(size_bytes)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_memory_of_a_process() -> None:
    with holding(50 * MIB, in_child=False) as process:
        used = resident_bytes(process.pid)
        process.communicate()
    assert 50 * MIB < used < 150 * MIB


def test_memory_of_what_it_started_counts_too() -> None:
    with holding(50 * MIB, in_child=True) as process:
        assert resident_bytes(process.pid) > 50 * MIB
        process.communicate()


def test_a_process_that_is_gone_has_none() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    wait_until(lambda: resident_bytes(process.pid) == 0, what="memory of a dead process")


def test_what_a_process_started() -> None:
    with holding(MIB, in_child=True) as process:
        (child,) = children(process.pid)
        assert child in descendants(process.pid)
        process.communicate()
    assert children(process.pid) == []


def test_a_line_of_the_status() -> None:
    assert int(status_field("Pid")) == os.getpid()
    assert status_field("Nothing") == ""


def test_memory_of_the_machine() -> None:
    total = total_memory_bytes()
    assert resident_bytes(os.getpid()) < total <= os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
