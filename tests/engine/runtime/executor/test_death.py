from __future__ import annotations

import pytest

from penstock.core.graph import Node, StepRef, node_to_json
from penstock.core.protocol import Task
from penstock.engine.runtime.executor.death import CANCELED, MEMORY, POOL, TIMEOUT, Death, describe_death, size

TASK = Task("a[3]", node_to_json(Node("a", StepRef("flow", "a"))), {}, "r1", "p", 3, 1, "", "", 1.5, 2**20)


@pytest.mark.parametrize(
    ("reason", "code", "peak", "kind", "what", "fix"),
    [
        (TIMEOUT, -15, 0, "StepTimeoutError", "longer than 1.5 s", "timeout_s="),
        (CANCELED, -15, 0, "StepError", "the step was cancelled", "penstock resume r1"),
        (MEMORY, -9, 2**21, "StepMemoryError", "used 2.0 MiB of memory; it may use 1.0 MiB", "memory="),
        (POOL, -9, 0, "StepCrashError", "the pool of workers died of SIGKILL", "penstock resume r1"),
        (POOL, 1, 0, "StepCrashError", "the pool of workers ended with exit code 1", "retries="),
        ("", -9, 2**21, "StepCrashError", "as the kernel does when memory runs out (it had used 2.0 MiB of", "memory="),
        ("", -9, 2**50, "StepMemoryError", "was killed with SIGKILL, as the kernel does", "memory="),
        ("", -11, 0, "StepCrashError", "died of SIGSEGV", "native"),
        ("", -40, 0, "StepCrashError", "died of signal 40", "native"),
        ("", 3, 0, "StepCrashError", "exit code 3 before the step returned", "os._exit"),
        ("", 70, 0, "StepCrashError", "exit code 70", "the worker itself failed"),
    ],
)
def test_each_end_has_its_error(reason: str, code: int, peak: int, kind: str, what: str, fix: str) -> None:
    error = describe_death(Death(TASK, reason, code, peak))
    assert error["type"] == kind
    assert what in error["what"]
    assert fix in error["fix"]
    assert error["where"] == "pipeline 'p', step 'a[3]'"


def test_an_unknown_amount_of_memory_is_not_told() -> None:
    assert "it had used" not in describe_death(Death(TASK, "", -9, 0))["what"]


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (3 * 2**29, "1.5 GiB"), (5 * 2**40, "5120.0 GiB")],
)
def test_sizes_for_people(size_bytes: int, text: str) -> None:
    assert size(size_bytes) == text
