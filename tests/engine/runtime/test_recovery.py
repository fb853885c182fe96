"""Runs that are interrupted, looked at and taken up again, at awkward moments."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading

import pytest
from processes import wait_until
from small_disk import small_disk

from penstock.core.artifact import artifacts_in
from penstock.core.error import StoreError, UsageError
from penstock.core.record import RunRecord
from penstock.core.state import ABANDONED, CACHED, CANCELED, COMPLETE, FAILED, RUNNING, SKIPPED
from penstock.engine.runtime import RunOptions, request_cancel, sweep
from penstock.engine.runtime.journal import Journal
from penstock.engine.runtime.recovery import _close_dead
from penstock.workspace import Workspace

SIMPLE = """
    @ps.step
    def first(x: int) -> Path:
        target = Path("first.txt")
        target.write_text(str(x))
        return target

    @ps.step
    def second(first: Path) -> int:
        if not Path("ready").exists():
            raise ValueError("not ready")
        return int(first.read_text()) + 1

    @ps.step
    def third(x: int) -> int:
        Path("third").touch()
        return x

    @ps.pipeline
    def p(x: int = 1):
        return third(second(first(x)))
"""


def _start(project, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "penstock", *arguments],
        cwd=project.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_a_run_that_ended_meanwhile_is_not_abandoned(project) -> None:
    project.write(SIMPLE)
    (project.root / "ready").touch()
    run = project.run("p")
    stale = type(run.record)(run=run.id, pipeline="p", state=RUNNING)
    _close_dead(project.workspace._place, stale, ABANDONED)
    assert project.workspace.get_run(run.id).state == COMPLETE
    assert project.workspace.get_run(run.id).record.outputs == run.record.outputs
    with pytest.raises(UsageError, match="only a running run"):
        request_cancel(project.workspace._place, project.workspace.get_run(run.id).record)


def test_sweeping_while_runs_come_and_go(project) -> None:
    project.write(SIMPLE)
    (project.root / "ready").touch()
    pipeline = project.load("p")
    over = threading.Event()

    def sweep_all() -> None:
        with Workspace.open(project.root) as workspace:
            while not over.is_set():
                sweep(workspace._place)

    thread = threading.Thread(target=sweep_all)
    thread.start()
    for _ in range(40):
        assert project.workspace.run(pipeline, {}, options=RunOptions(inline=True)).state == COMPLETE
    over.set()
    thread.join()
    assert {run.state for run in project.workspace.runs()} == {COMPLETE}


def test_a_watcher_that_fails_leaves_a_run_to_be_resumed(project) -> None:
    project.write(SIMPLE)
    (project.root / "ready").touch()
    pipeline = project.load("p")

    def watch(event: dict) -> None:
        if event["event"] == "step_finished":
            raise RuntimeError("the display broke")

    with pytest.raises(RuntimeError, match="the display broke"):
        project.workspace.run(pipeline, {}, watch=watch)
    run = project.workspace.get_run()
    assert run.state == ABANDONED
    assert project.workspace.resume(run.id).state == COMPLETE


def test_resume_keeps_what_the_run_was_started_with(project) -> None:
    project.write(SIMPLE)
    failed = project.run("p", RunOptions(until="second"))
    (project.root / "ready").touch()
    run = project.workspace.resume(failed.id)
    assert run.state == COMPLETE
    assert not (project.root / "third").exists()


def test_resume_makes_a_lost_artifact_again(project) -> None:
    project.write(SIMPLE)
    failed = project.run("p")
    (ref,) = artifacts_in(failed.step("first")["output"].value)
    project.workspace.blobs.delete(ref.digest)
    (project.root / "ready").touch()
    run = project.workspace.resume(failed.id)
    assert run.outputs["output"].load() == 2
    assert [(e.attempt, e.state) for e in run.executions if e.step == "first"] == [(1, ABANDONED), (2, COMPLETE)]


def test_resume_never_writes_over_what_has_committed(project) -> None:
    project.write("""
        @ps.step
        def size(file: Path) -> int:
            return len(file.read_text())

        @ps.step
        def later(x: int) -> int:
            if not Path("ready").exists():
                raise ValueError("not ready")
            return x

        @ps.pipeline
        def p(file: Path):
            return later(size(file))
    """)
    source = project.root / "s.txt"
    source.write_text("abc")
    failed = project.run("p", file="s.txt")
    source.unlink()
    (project.root / "ready").touch()
    run = project.workspace.resume(failed.id)
    assert run.outputs["output"].load() == 3
    assert [(e.step, e.state) for e in run.executions] == [("size", COMPLETE), ("later", FAILED), ("later", COMPLETE)]


def test_an_empty_map_is_adopted(project) -> None:
    project.write("""
        @ps.step
        def square(x: int) -> int:
            return x * x

        @ps.step
        def later(xs: list[int]) -> int:
            if not Path("ready").exists():
                raise ValueError("not ready")
            return len(xs)

        @ps.pipeline
        def p(items: list[int] = []):
            return later(square.map(items))
    """)
    failed = project.run("p")
    (project.root / "ready").touch()
    assert project.workspace.resume(failed.id).outputs["output"].load() == 0


def test_a_file_that_changes_while_it_is_read_is_never_reused(project) -> None:
    project.write("""
        @ps.step
        def read(file: Path) -> str:
            text = file.read_text()
            if Path("edit").exists():
                file.write_text("NEW")
            return text

        @ps.pipeline
        def p(file: Path):
            return read(file)
    """)
    source = project.root / "s.txt"
    source.write_text("OLD")
    (project.root / "edit").touch()
    assert project.run("p", file="s.txt").outputs["output"].load() == "OLD"
    (project.root / "edit").unlink()
    source.write_text("OLD")
    project.run("p", file="s.txt")
    assert project.finished() == {"read": COMPLETE}
    project.run("p", file="s.txt")
    assert project.finished() == {"read": CACHED}


def test_a_file_that_changes_before_a_retry_counts_as_it_is_then(project) -> None:
    project.write("""
        @ps.step(retries=1, backoff_s=0.01)
        def read(file: Path) -> str:
            if not Path("again").exists():
                Path("again").touch()
                file.write_text("NEW")
                raise ValueError("once more")
            return file.read_text()

        @ps.pipeline
        def p(file: Path):
            return read(file)
    """)
    source = project.root / "s.txt"
    source.write_text("OLD")
    assert project.run("p", file="s.txt").outputs["output"].load() == "NEW"
    source.write_text("OLD")
    assert project.run("p", file="s.txt").outputs["output"].load() == "OLD"


HANDLED = """
    @ps.step
    def slow(x: int) -> int:
        Path("running").touch()
        time.sleep(600)
        return x

    @ps.step
    def bye(status: dict) -> None:
        time.sleep(1.5)
        Path("bye.json").write_text(__import__("json").dumps(status))

    @ps.pipeline(on_exit=bye)
    def p(x: int = 1):
        return slow(x)
"""


@pytest.mark.parametrize("how", ["signal", "command"])
def test_cancelling_lets_the_exit_handler_run(project, how: str) -> None:
    project.write(HANDLED)
    process = _start(project, "run", "pipeline.py", "--json")
    wait_until(lambda: (project.root / "running").exists(), what="the step")
    if how == "signal":
        process.send_signal(signal.SIGINT)
    else:
        project.workspace.cancel("last")
    process.communicate(timeout=60)
    assert json.loads((project.root / "bye.json").read_text())["state"] == CANCELED
    run = project.workspace.get_run()
    assert run.state == CANCELED
    assert {e.step: e.state for e in run.executions} == {"slow": CANCELED, "bye": COMPLETE}


def test_a_cancelled_run_resumes(project) -> None:
    project.write(HANDLED.replace("time.sleep(600)", "time.sleep(0 if Path('ready').exists() else 600)"))
    process = _start(project, "run", "pipeline.py", "--json")
    wait_until(lambda: (project.root / "running").exists(), what="the step")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    (project.root / "ready").touch()
    assert project.workspace.resume("last").state == COMPLETE


def test_a_killed_run_with_an_exit_handler_resumes(project) -> None:
    project.write(HANDLED.replace("time.sleep(600)", "time.sleep(0 if Path('ready').exists() else 600)"))
    process = _start(project, "run", "pipeline.py", "--json")
    wait_until(lambda: (project.root / "running").exists(), what="the step")
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    (project.root / "ready").touch()
    assert project.workspace.resume("last").state == COMPLETE


def test_a_script_that_uses_the_workspace_needs_no_guard(project) -> None:
    project.write("""
        from penstock.workspace import Workspace

        @ps.step
        def double(x: int) -> int:
            return 2 * x

        @ps.pipeline
        def p(x: int = 4):
            return double(x)

        print(Workspace.open().run(p, {}).outputs["output"].load())
    """)
    done = subprocess.run(
        [sys.executable, "pipeline.py"], cwd=project.root, capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.stdout, done.returncode) == ("8\n", 0), done.stderr
    assert len(project.workspace.runs()) == 1


def test_recorded_sources_do_not_stay_in_this_process(project) -> None:
    project.write(SIMPLE)
    failed = project.run("p")
    finders, path = list(sys.meta_path), list(sys.path)
    (project.root / "ready").touch()
    assert project.workspace.resume(failed.id, recorded=True).state == COMPLETE
    assert (sys.meta_path, sys.path) == (finders, path)
    with pytest.raises(UsageError, match="cannot run inline"):
        project.workspace.resume(failed.id, recorded=True, options=RunOptions(inline=True))


def test_two_steps_of_a_dynamic_module_do_not_share_results(project) -> None:
    project.write("""
        NAMES = sorted(globals())

        @ps.step
        def price(x: int) -> int:
            return x * 100 + 0 * len(globals())

        @ps.step
        def tax(x: int) -> int:
            return x * 7 + 0 * len(globals())

        @ps.pipeline
        def p(x: int = 1):
            return {"price": price(x), "tax": tax(x)}
    """)
    for _ in range(2):
        run = project.run("p")
        assert {name: output.load() for name, output in run.outputs.items()} == {"price": 100, "tax": 7}
    assert SKIPPED not in project.finished().values()


def test_full_disk_fails_the_step_and_space_helps(project) -> None:
    """The step fails, not the run's bookkeeping; nothing is left in the way, and the same run goes on."""
    home = project.root / "small"
    with small_disk(home, size="6m"):
        project.workspace = Workspace.open(project.root, flags={"artifacts": str(home / "artifacts")})
        project.write("""
            @ps.step
            def big(mb: int) -> Path:
                target = Path("big.bin")
                target.write_bytes(bytes(mb * 2**20))
                return target

            @ps.pipeline
            def p(mb: int = 20):
                return big(mb)
        """)
        run = project.run("p")
        assert run.state == FAILED
        assert "No space left" in project.error(run, "big")["what"]
        assert list((home / "artifacts" / ".staging").glob("*")) == []
        assert project.run("p", mb=1).state == COMPLETE
        project.workspace.close()


def test_a_run_whose_last_write_fails_can_be_resumed_in_the_same_process(project, monkeypatch) -> None:
    project.write(SIMPLE)
    (project.root / "ready").touch()

    def full(journal: Journal, record: RunRecord) -> None:
        raise StoreError("the disk is full", where="here", fix="make space")

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "close", full)
        with pytest.raises(StoreError, match="the disk is full"):
            project.run("p")
    assert project.workspace.get_run().state == ABANDONED
    assert project.workspace.resume("last").state == COMPLETE
