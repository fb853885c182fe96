"""A machine whose memory runs out: the kernel kills the largest process, which is the step's."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from penstock.core.state import COMPLETE, FAILED

LIMIT_BYTES = 400 * 2**20

# (hierarchy in /proc/self/cgroup, its place, file of the limit)
VERSIONS = [
    ("", Path("/sys/fs/cgroup"), "memory.max"),
    ("memory", Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes"),
]


@pytest.fixture
def group(tmp_path: Path) -> Iterator[Path]:
    """A control group that may use little memory."""
    made, reason = None, "no hierarchy of control groups limits memory"
    groups = dict(line.split(":", 2)[1:] for line in Path("/proc/self/cgroup").read_text().splitlines())
    for controllers, root, limit in VERSIONS:
        folder = root / groups.get(controllers, "/").lstrip("/") / f"penstock-{os.getpid()}"
        try:
            folder.mkdir()
        except OSError as error:
            reason = str(error)
            continue
        if (folder / limit).exists():
            (folder / limit).write_text(str(LIMIT_BYTES))
            made = folder
            break
        folder.rmdir()
    if made is None:
        pytest.skip(reason)
    yield made
    made.rmdir()


def test_the_step_fails_and_the_run_goes_on(project: Any, group: Path) -> None:
    project.write("""
        @ps.step
        def eats(x: int) -> int:
            blocks = []
            for _ in range(200):
                blocks.append(b"x" * 2**23)
            return x

        @ps.step
        def waits(x: int) -> int:
            return x

        @ps.pipeline
        def p():
            eats(1)
            waits.options(name="after")(2).after(waits(1))
    """)
    command = [sys.executable, "-m", "penstock", "run", "pipeline.py", "--json", "--workers", "2"]
    script = f'echo $$ > "{group}/cgroup.procs" && exec "$@"'
    done = subprocess.run(
        ["sh", "-c", script, "sh", *command], cwd=project.root, capture_output=True, text=True, check=False
    )
    events = [json.loads(line) for line in done.stdout.splitlines()]
    finished = {event["step"]: event for event in events if event["event"] == "step_finished"}
    assert {name: event["status"] for name, event in finished.items()} == {
        "eats": FAILED,
        "waits": COMPLETE,
        "after": COMPLETE,
    }
    error = finished["eats"]["error"]
    assert "killed with SIGKILL, as the kernel does when memory runs out" in error["what"]
    assert "of 400.0 MiB" in error["what"]
    assert error["type"] == "StepMemoryError"
    assert (done.returncode, events[-1]["status"]) == (1, FAILED)
