"""SIGKILL at any instant: the store stays whole, and resume finishes what had not committed."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from processes import descendants, is_alive, wait_until

from penstock.core.artifact import artifacts_in
from penstock.core.error import NotFoundError
from penstock.core.state import COMMITTED, COMPLETE
from penstock.engine.runtime.run_handle import Run
from penstock.engine.store import check_store
from penstock.workspace import Workspace

INSTANTS = 60

DIAMOND = """
import hashlib
from pathlib import Path

import penstock as ps


@ps.step
def source(seed: int) -> Path:
    Path("out").mkdir(exist_ok=True)
    target = Path(f"out/source-{seed}.bin")
    target.write_bytes(hashlib.sha256(str(seed).encode()).digest() * 4000)
    return target


@ps.step
def grow(data: Path, salt: int) -> Path:
    files = sorted(data.rglob("*.bin")) if data.is_dir() else [data]
    content = b"".join(file.read_bytes() for file in files)
    folder = Path(f"out/grow-{salt}-{hashlib.sha256(content).hexdigest()[:8]}")
    (folder / "deep").mkdir(parents=True, exist_ok=True)
    for part in range(3):
        (folder / "deep" / f"{part}.bin").write_bytes(hashlib.sha256(content + bytes([salt, part])).digest() * 2000)
    return folder


@ps.step
def merge(parts: list[Path]) -> Path:
    digest = hashlib.sha256()
    for part in parts:
        for file in sorted(part.rglob("*.bin")):
            digest.update(file.read_bytes())
    target = Path(f"out/merge-{digest.hexdigest()[:8]}.txt")
    target.write_text(digest.hexdigest())
    return target


@ps.pipeline
def diamond(seed: int = 1):
    top = source(seed)
    left = [grow(top, salt) for salt in range(5)]
    right = [grow(part, 10 + salt) for salt, part in enumerate(left)]
    return merge(right)
"""


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, float]:
    """Digest of an undisturbed run, and how long one takes."""
    folder = _project(tmp_path_factory.mktemp("undisturbed"))
    began = time.monotonic()
    assert _start(folder).wait() == 0
    seconds = time.monotonic() - began
    workspace = _workspace(folder)
    run = workspace.get_run()
    assert len([e for e in run.executions if e.state == COMPLETE]) == 12
    return _digest(run), seconds


@pytest.mark.heavy(budget_s=600)
@pytest.mark.parametrize("victim", ["group", "runner"])
def test_killed_at_random_instants(victim: str, expected: tuple[str, float], tmp_path: Path) -> None:
    digest, seconds = expected
    rng = random.Random(victim)
    interrupted = 0
    for instant in range(INSTANTS):
        folder = _project(tmp_path / str(instant))
        began = time.monotonic()
        process = _start(folder)
        # The one place where a test sleeps: the instant is the point.
        time.sleep(rng.uniform(0.02, seconds))
        family = descendants(process.pid)
        if process.poll() is not None:
            # The machine has become faster than it was: look earlier from now on.
            seconds = min(seconds, time.monotonic() - began)
        elif victim == "group":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            os.kill(process.pid, signal.SIGKILL)
        interrupted += process.wait() != 0
        wait_until(lambda pids=family: not any(map(is_alive, pids)), what=f"death of the workers {family}")
        _check_and_finish(folder, digest)
    assert interrupted > INSTANTS // 4


@pytest.mark.heavy(budget_s=120)
def test_worker_killed_alone(expected: tuple[str, float], tmp_path: Path) -> None:
    digest, seconds = expected
    rng = random.Random(7)
    hit = 0
    for instant in range(10):
        folder = _project(tmp_path / str(instant))
        process = _start(folder)
        wait_until(lambda p=process: len(descendants(p.pid)) > 1 or p.poll() is not None, what="a worker")
        time.sleep(rng.uniform(0, seconds * 0.2))
        workers = descendants(process.pid)[1:]
        if workers:
            hit += 1
            os.kill(rng.choice(workers), signal.SIGKILL)
        process.wait()
        _check_and_finish(folder, digest)
    assert hit


def _project(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "penstock.toml").write_text("")
    (folder / "pipeline.py").write_text(DIAMOND)
    return folder


def _start(folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "penstock", "run", "pipeline.py", "--json", "--workers", "2"]
    return subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )


def _workspace(folder: Path) -> Workspace:
    return Workspace.open(folder)


def _digest(run: Run) -> str:
    (ref,) = artifacts_in(run.record.outputs["output"])
    return ref.digest


def _check_and_finish(folder: Path, digest: str) -> None:
    with _workspace(folder) as workspace:
        wrong = [finding for finding in check_store(workspace.store, workspace.blobs) if finding.severity == "error"]
        assert not wrong
    command = [sys.executable, "-m", "penstock"]
    with _workspace(folder) as workspace:
        try:
            run = workspace.get_run()
        except NotFoundError:
            args = ["run", "pipeline.py"]
        else:
            args = [] if run.state == COMPLETE else ["resume", run.id]
    if args:
        done = subprocess.run([*command, *args, "--json"], cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout.splitlines()[-1])["status"] == COMPLETE
    with _workspace(folder) as workspace:
        run = workspace.get_run()
        committed = Counter((e.step, e.item) for e in run.executions if e.state in COMMITTED)
        assert set(committed.values()) == {1}
        assert len(committed) == 12
        assert _digest(run) == digest
        assert not [f for f in check_store(workspace.store, workspace.blobs) if f.severity == "error"]
