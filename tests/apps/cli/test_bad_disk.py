"""Workspaces on a disk that cannot be written, or that has no space left."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from command_line import Call, Done
from small_disk import SmallDisk, small_disk

GREEDY = """
import numpy as np
import pyarrow as pa

import penstock as ps

MIB = 1 << 20


@ps.step
def table(size: int) -> pa.Table:
    return pa.table({"x": np.random.default_rng(0).integers(0, 1 << 62, size * MIB // 8)})


@ps.step
def shout(size: int) -> int:
    for _ in range(size * 16):
        print("x" * (MIB // 16 - 1))
    return size


@ps.pipeline
def keep(size: int = 8):
    return table(size)


@ps.pipeline
def talk(size: int = 8):
    return shout(size)
"""


@pytest.fixture
def disk(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallDisk]:
    """A disk of 16 MiB that holds the workspace."""
    with small_disk(tmp_path / "disk", size="16m") as found:
        monkeypatch.setenv("PENSTOCK_HOME", str(found.path / "home"))
        yield found


def _is_three_lines(done: Done) -> bool:
    return [line.split()[0] for line in done.err.splitlines()] == ["error", "where", "fix"]


def test_a_read_only_workspace_can_be_read(disk: SmallDisk, sums: Call, penstock: Call) -> None:
    sums()
    sums("-p", "count=3")
    before = {command: penstock(*command) for command in _READING}
    disk.make_read_only()
    for command, done in before.items():
        again = penstock(*command)
        assert (again.code, again.out, again.err) == (done.code, done.out, done.err), command
        assert done.code == 0, command


_READING = [
    ("show", "last"),
    ("runs",),
    ("why", "last", "square"),
    ("diff", "last"),
    ("logs", "last"),
    ("get", "last:values"),
    ("lineage", "last:figures"),
    ("store", "check"),
]


def test_a_read_only_workspace_is_not_written(disk: SmallDisk, sums: Call, penstock: Call) -> None:
    sums()
    disk.make_read_only()
    for command in (("run", "flow.py:sums", "--inline", "--no-cache"), ("runs", "delete", "--keep", "0")):
        done = penstock(*command)
        assert done.code in (1, 2), command
        assert _is_three_lines(done), done.err


@pytest.mark.parametrize("pipeline", ["keep", "talk"])
def test_a_full_disk_fails_the_step_and_the_run_can_be_finished(
    pipeline: str, disk: SmallDisk, start: Callable[..., subprocess.Popen[str]], penstock: Call, project: Path
) -> None:
    (project / "greedy.py").write_text(GREEDY)
    filler = disk.path / "other"
    filler.write_bytes(b"x" * (12 << 20))
    process = start("run", f"greedy.py:{pipeline}", "--workers", "1")
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    lines = [line for line in err.splitlines() if line]
    assert [line.split()[0] for line in lines[:3]] == ["error", "where", "fix"]
    assert re.search("no space left|disk is full", lines[0], re.IGNORECASE)
    filler.unlink()
    assert penstock("show").code == 0
    resumed = penstock("resume", "last", "--workers", "1")
    assert resumed.code == 0, resumed.err
    assert penstock("store", "check").code == 0
