"""Runs as a whole: control flow, resume, cancellation, scripts and notebooks, runs side by side."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest
from processes import wait_until

from penstock.core.error import LeaseError, NotFoundError, ParameterError, UsageError
from penstock.core.state import (
    ABANDONED,
    CACHED,
    CANCELED,
    COMMITTED,
    COMPLETE,
    FAILED,
    RUNNING,
    SKIPPED,
    UPSTREAM_FAILED,
)
from penstock.engine.runtime import RunOptions
from penstock.engine.store import check_store

CONTROL_FLOW = """
    @ps.step
    def numbers(n: int) -> list[int]:
        return list(range(n))

    @ps.step
    def square(x: int) -> int:
        return x * x

    @ps.step
    def total(xs: list[int]) -> int:
        return sum(xs)

    @ps.step
    def score(x: int) -> ps.Metrics:
        return ps.Metrics(value=x / 10)

    @ps.step
    def praise(x: int) -> str:
        return f"good {x}"

    @ps.step
    def blame(x: int) -> str:
        return f"bad {x}"

    @ps.step
    def say(praise: str | None, blame: str | None) -> str:
        return praise or blame or "nothing"

    @ps.step
    def notify(status: dict, n: int) -> None:
        Path("status.json").write_text(__import__("json").dumps({**status, "n": n}))

    @ps.pipeline
    def judged(x: int):
        metrics = score(x)
        with ps.when(metrics["value"] > 1.0):
            good = praise(x)
        with ps.otherwise():
            bad = blame(x)
        return say(good, bad)

    @ps.pipeline(on_exit=notify)
    def p(n: int = 5):
        return {"said": judged(total(square.map(numbers(n), max_parallel=2)))}
"""


@pytest.mark.parametrize("inline", [False, True])
def test_control_flow(project, inline: bool) -> None:
    project.write(CONTROL_FLOW)
    run = project.run("p", RunOptions(workers=2, inline=inline))
    assert run.outputs["said"].load() == "good 30"
    assert project.finished()["judged/blame"] == SKIPPED
    status = json.loads((project.root / "status.json").read_text())
    assert status == {"run": run.id, "pipeline": "p", "state": COMPLETE, "failed": [], "n": 5}
    run = project.run("p", RunOptions(workers=2, inline=inline), n=3)
    assert run.outputs["said"].load() == "bad 5"
    assert project.finished()["square[1]"] == CACHED
    assert project.execution(run, "judged/praise").reason["values"] == {"judged/score.output['value']": 0.5}


def test_mapping_over_nothing(project) -> None:
    project.write(CONTROL_FLOW)
    assert project.run("p", n=0).outputs["said"].load() == "bad 0"


def test_exit_handler_runs_after_a_failure(project) -> None:
    project.write(CONTROL_FLOW.replace("return x * x", "return 1 // (x - 2)"))
    run = project.run("p")
    assert run.state == FAILED
    assert json.loads((project.root / "status.json").read_text())["failed"] == ["square"]
    assert project.finished()["total"] == UPSTREAM_FAILED
    assert project.finished()["square[4]"] == COMPLETE


def test_until(project) -> None:
    project.write(CONTROL_FLOW)
    run = project.run("p", RunOptions(workers=2, until="total"))
    assert run.state == COMPLETE
    assert run.step("total")["output"].load() == 30
    assert "judged/score" not in project.finished()
    with pytest.raises(NotFoundError, match="did you mean 'total'"):
        project.run("p", RunOptions(until="totl"))


def test_parameters_are_checked_before_anything_runs(project) -> None:
    project.write(CONTROL_FLOW)
    with pytest.raises(ParameterError, match="no parameter 'nn'; did you mean 'n'"):
        project.run("p", nn=3)
    with pytest.raises(ParameterError, match="should be int"):
        project.run("p", n="three")
    with pytest.raises(ParameterError, match=r"'x' .int. is missing"):
        project.run("judged")
    with pytest.raises(NotFoundError):
        project.workspace.get_run()


def test_plan_runs_nothing(project) -> None:
    project.write(CONTROL_FLOW)
    pipeline = project.load("p")
    planned = {step.step: step.state for step in project.workspace.plan(pipeline, {})}
    assert planned["numbers"] == "run"
    assert planned["total"] == "unknown"
    project.run("p")
    planned = {(step.step, step.item): step.state for step in project.workspace.plan(project.load("p"), {"n": 6})}
    assert planned["numbers", -1] == "run"
    planned = {(step.step, step.item): step.state for step in project.workspace.plan(project.load("p"), {})}
    assert planned["square", 4] == "hit"
    assert planned["judged/blame", -1] == "skip"
    assert "run" not in planned.values()
    assert len(project.workspace.runs()) == 1


RESUMABLE = """
    @ps.step
    def first(x: int) -> int:
        with open("first.txt", "a") as file:
            file.write("x")
        return x

    @ps.step
    def second(x: int) -> int:
        if not Path("repaired").exists():
            raise ValueError("not yet")
        return x + 1

    @ps.pipeline
    def p():
        return second(first(1))
"""


def test_resume_runs_only_what_had_not_committed(project) -> None:
    project.write(RESUMABLE)
    failed = project.run("p", RunOptions(is_cached=False))
    assert failed.state == FAILED
    (project.root / "repaired").touch()
    run = project.workspace.resume(failed.id, options=RunOptions(is_cached=False))
    assert run.id == failed.id
    assert run.outputs["output"].load() == 2
    assert (project.root / "first.txt").read_text() == "x"
    assert [(e.step, e.attempt, e.state) for e in run.executions] == [
        ("first", 1, COMPLETE),
        ("second", 1, FAILED),
        ("second", 2, COMPLETE),
    ]
    with pytest.raises(UsageError, match="is complete"):
        project.workspace.resume(failed.id)


def test_resume_refuses_another_graph_and_takes_the_recorded_one(project) -> None:
    project.write(RESUMABLE)
    failed = project.run("p")
    (project.root / "repaired").touch()
    project.write(RESUMABLE.replace("second(first(1))", "second(second(first(1)))"))
    with pytest.raises(UsageError, match="has changed since") as caught:
        project.workspace.resume(failed.id)
    assert "--recorded" in caught.value.fix
    run = project.workspace.resume(failed.id, recorded=True)
    assert run.outputs["output"].load() == 2


def _start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "penstock", *arguments]
    return subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


SLOW = """
    @ps.step
    def slow(x: int) -> int:
        Path("running").touch()
        time.sleep(600)
        return x

    @ps.step
    def after(x: int) -> int:
        return x

    @ps.pipeline
    def p():
        return after(slow(1))
"""


@pytest.mark.parametrize("how", ["signal", "command"])
def test_cancel(project, how: str) -> None:
    project.write(SLOW)
    process = _start(project.root, "run", "pipeline.py", "--json")
    wait_until(lambda: (project.root / "running").exists(), what="the step")
    if how == "signal":
        process.send_signal(signal.SIGINT)
    else:
        project.workspace.cancel("last")
    out, err = process.communicate(timeout=30)
    assert json.loads(out.splitlines()[-1])["status"] == CANCELED, err
    run = project.workspace.get_run()
    assert run.state == CANCELED
    assert [(e.step, e.state) for e in run.executions] == [("slow", CANCELED), ("after", CANCELED)]


def test_dead_runner_leaves_an_abandoned_run_not_a_running_one(project) -> None:
    project.write(SLOW)
    process = _start(project.root, "run", "pipeline.py", "--json")
    wait_until(lambda: (project.root / "running").exists(), what="the step")
    with pytest.raises(LeaseError, match=str(process.pid)):
        project.workspace.resume("last")
    assert project.workspace.get_run().state == RUNNING
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    run = project.workspace.get_run()
    assert run.state == ABANDONED
    assert [(e.step, e.state) for e in run.executions] == [("slow", ABANDONED)]


def test_clock_that_goes_backwards(project, monkeypatch) -> None:
    project.write(CONTROL_FLOW)
    import time

    real = time.time_ns
    first = project.run("p")
    monkeypatch.setattr(time, "time_ns", lambda: real() - 10**13)
    second = project.run("p", n=6)
    assert second.state == COMPLETE
    assert second.record.duration_s > 0
    assert [run.id for run in project.workspace.runs()] == [second.id, first.id]
    assert project.workspace.get_run("last").id == second.id


def test_script_without_main_guard(project) -> None:
    project.write("""
        Path("loaded.txt").open("a").write("x")

        @ps.step
        def double(x: int) -> int:
            return 2 * x

        @ps.pipeline
        def p(x: int = 4):
            return double(x)

        print(ps.run(p, x=5).outputs["output"].load())
    """)
    done = subprocess.run(
        [sys.executable, "pipeline.py"], cwd=project.root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "10\n"
    assert len(project.workspace.runs()) == 1
    again = _start(project.root, "run", "pipeline.py", "-p", "x=5", "--json")
    out, err = again.communicate()
    assert json.loads(out.splitlines()[-1])["outputs"] == {"output": 10}, err
    assert '"cached": true' in out, "a script and the command name its module alike"


def test_failed_run_raises_in_a_script(project) -> None:
    project.write("""
        @ps.step
        def fails(x: int) -> int:
            raise ValueError("no such fare")

        @ps.pipeline
        def p():
            return fails(1)

        ps.run(p)
    """)
    done = subprocess.run(
        [sys.executable, "pipeline.py"], cwd=project.root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "RunError" in done.stderr
    assert "no such fare" in done.stderr


def test_notebook_cells(project, tmp_path) -> None:
    cells = tmp_path / "cells.py"
    cells.write_text(
        """
import linecache, sys
import penstock as ps
NAMESPACE = {"__name__": "__main__"}
sys.modules["__main__"].__dict__.pop("__file__", None)
def cell(number, text):
    name = f"<ipython-input-{number}>"
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    exec(compile(text, name, "exec"), sys.modules["__main__"].__dict__)
cell(1, "import math\\nRATE = 3\\ndef helper(x):\\n    return math.floor(x * RATE)\\n")
cell(2, "@ps.step\\ndef work(x: int) -> int:\\n    return helper(x)\\n")
cell(3, "@ps.pipeline\\ndef p(x: int = 2):\\n    return work(x)\\n")
cell(4, "print(ps.run(p).outputs['output'].load())")
cell(5, "RATE = 5")
cell(6, "print(ps.run(p).outputs['output'].load())")
"""
    )
    done = subprocess.run([sys.executable, str(cells)], cwd=project.root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "6\n10\n"


def test_logged_metrics_params_and_progress(project) -> None:
    project.write("""
        @ps.step
        def train(x: int) -> int:
            ps.log_params({"depth": x})
            for epoch in range(3):
                ps.log_metrics({"loss": 1 / (epoch + 1)}, training_step=epoch)
                ps.current_run().report_progress(epoch + 1, 3)
            assert ps.current_run().checkpoints.is_dir()
            return x

        @ps.pipeline
        def p():
            return train(6)
    """)
    run = project.run("p")
    points = project.workspace.store.metrics.metrics(run.id)
    assert [(p.name, p.training_step, p.value) for p in points] == [
        ("loss", 0, 1),
        ("loss", 1, 0.5),
        ("loss", 2, 1 / 3),
    ]
    assert [(p.name, p.value) for p in project.workspace.store.metrics.params(run.id)] == [("depth", "6")]
    progress = [event["done"] for event in project.events if event["event"] == "step_progress"]
    assert progress == [1, 2, 3]
    assert not (project.workspace.home / "checkpoints" / run.id).exists()


def test_diff(project) -> None:
    project.write(CONTROL_FLOW)
    left, right = project.run("p"), project.run("p", n=3)
    diff = project.workspace.diff(left.id, right.id)
    assert [(c.name, c.left, c.right) for c in diff.parameters] == [("n", 5, 3)]
    assert "parameter 'n' changed from 5 to 3" in next(s.reasons for s in diff.steps if s.step == "numbers")
    assert [c.name for c in diff.outputs] == ["said"]


def test_spaces_and_unicode_in_paths(make_project) -> None:
    project = make_project("mein Ordner für Ümläute 🚕")
    project.write("""
        from größen import FAKTOR

        @ps.step
        def save(x: int) -> Path:
            target = Path(f"Ergebnis {x * FAKTOR} ß.txt")
            target.write_text("ja")
            return target

        @ps.pipeline
        def p():
            return save(2)
    """)
    project.write("FAKTOR = 4\n", "größen.py")
    path = project.run("p").outputs["output"].load(Path)
    assert path.name == "Ergebnis 8 ß.txt"
    assert path.read_text() == "ja"


def test_two_runs_at_once_in_threads(project) -> None:
    project.write(CONTROL_FLOW)
    pipeline = project.load("p")
    states: list[str] = []

    def run(n: int) -> None:
        from penstock.workspace import Workspace

        with Workspace.open(project.root) as workspace:
            states.append(workspace.run(pipeline, {"n": n}, options=RunOptions(workers=1)).state)

    threads = [threading.Thread(target=run, args=(n,)) for n in (2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert states == [COMPLETE, COMPLETE]


@pytest.mark.heavy(budget_s=120)
def test_two_processes_run_the_same_pipeline_at_once(project) -> None:
    project.write("""
        @ps.step
        def make(x: int) -> Path:
            target = Path(f"{os.getpid()}-{x}") / "same name.bin"
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(bytes([x]) * 200_000)
            return target

        @ps.step
        def read(files: list[Path]) -> int:
            return sum(len(file.read_bytes()) for file in files)

        @ps.pipeline
        def p(round: int = 0):
            return read([make(x) for x in range(4)])
    """)
    for turn in range(20):
        arguments = ["run", "pipeline.py", "--json", "--workers", "2", "-p", f"round={turn}", "--no-cache"]
        pair = [_start(project.root, *arguments) for _ in range(2)]
        for process in pair:
            out, err = process.communicate(timeout=60)
            assert process.returncode == 0, err
            assert json.loads(out.splitlines()[-1])["outputs"] == {"output": 800_000}
    runs = project.workspace.runs()
    assert len(runs) == 40
    for run in runs:
        assert set(Counter(e.label for e in run.executions if e.state in COMMITTED).values()) == {1}
    assert not [f for f in check_store(project.workspace.store, project.workspace.blobs) if f.severity == "error"]


def test_settings_that_have_no_effect_are_told(project) -> None:
    project.write("""
        @ps.step(image="example/image", timeout_s=5)
        def work(x: int) -> int:
            return x

        @ps.pipeline
        def p():
            return work(1)
    """)
    project.run("p")
    assert project.events[0]["ignored"] == {"image": ["work"]}
    project.run("p", RunOptions(inline=True, is_cached=False))
    assert project.events[0]["ignored"] == {"image": ["work"], "timeout_s": ["work"]}


def test_debugger_works_inline(project) -> None:
    project.write("""
        @ps.step
        def work(x: int) -> int:
            secret = x * 21
            breakpoint()
            return secret

        @ps.pipeline
        def p():
            return work(2)
    """)
    done = subprocess.run(
        [sys.executable, "-m", "penstock", "run", "pipeline.py", "--inline"],
        cwd=project.root,
        input="p 'secret is', secret\ncontinue\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "('secret is', 42)" in done.stdout + done.stderr


def test_resume_runs_the_current_sources_and_keys_them_so(project) -> None:
    text = """
        K = 1

        @ps.step
        def first(n: int) -> int:
            return n

        @ps.step
        def second(n: int) -> int:
            if not Path("ready").exists():
                raise ValueError("not ready")
            return n * K

        @ps.pipeline
        def p(n: int = 3):
            return second(first(n))
    """
    project.write(text)
    failed = project.run("p")
    assert failed.state == FAILED
    project.write(text.replace("K = 1", "K = 100"))
    (project.root / "ready").touch()
    resumed = project.workspace.resume(failed.id)
    assert resumed.outputs["output"].load() == 300
    assert resumed.record.package_digest != failed.record.package_digest
    run = project.run("p")
    assert project.finished()["second"] == CACHED
    assert run.outputs["output"].load() == 300


def test_resume_with_an_exit_handler_runs_it_again(project) -> None:
    project.write("""
        @ps.step
        def bye(status: dict) -> None:
            with open("states.txt", "a") as file:
                file.write(status["state"] + " ")

        @ps.step
        def work(n: int) -> int:
            if not Path("ready").exists():
                raise ValueError("not ready")
            return n

        @ps.pipeline(on_exit=bye)
        def p(n: int = 3):
            return work(n)
    """)
    failed = project.run("p")
    assert project.workspace.resume(failed.id).state == FAILED
    (project.root / "ready").touch()
    run = project.workspace.resume(failed.id)
    assert run.state == COMPLETE
    assert (project.root / "states.txt").read_text() == "failed failed complete "
    assert [e.state for e in run.executions if e.step == "bye"] == [ABANDONED, ABANDONED, COMPLETE]


def test_a_condition_on_nan_is_an_error(project) -> None:
    project.write("""
        @ps.step
        def measure(n: int) -> ps.Metrics:
            return ps.Metrics(auc=float("nan"))

        @ps.step
        def publish(n: int) -> int:
            return n

        @ps.pipeline
        def p(n: int = 3):
            with ps.when(measure(n)["auc"] > 0.5):
                publish(n)
    """)
    run = project.run("p")
    assert run.state == FAILED
    assert project.error(run, "publish")["type"] == "ConditionError"


def test_why_of_what_did_not_end(project) -> None:
    project.write(SLOW)
    process = _start(project.root, "run", "pipeline.py", "--json")
    wait_until(lambda: (project.root / "running").exists(), what="the step")
    assert project.workspace.explain("last", "slow")[0].headline.startswith("is still running")
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert project.workspace.explain("last", "slow")[0].headline.startswith("was abandoned")


def test_origin_that_was_deleted(project) -> None:
    project.write(CONTROL_FLOW)
    first = project.run("p")
    second = project.run("p")
    project.workspace.store.runs.forget([first.id])
    (why,) = project.workspace.explain(second.id, "total")
    assert "(deleted since)" in why.headline
