"""What every `Executor` must do: a suite that its authors subclass."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from penstock.core.artifact import Inline, value_to_json
from penstock.core.graph import node_to_json
from penstock.core.protocol import Executor, ExecutorSetup, Task, TaskEvent
from penstock.engine.runtime import prepare
from penstock.engine.source import load_pipeline_file
from penstock.engine.store import open_blobs

STEPS = """
import os, sys, time
from pathlib import Path

from penstock.core.context import current_run, log_metrics, log_params
from penstock.engine.authoring import pipeline, step

OFFSET = 10


@step
def add(x: int) -> int:
    print("adding", x)
    return x + OFFSET


@step
def fail(x: int) -> int:
    raise ValueError(f"no {x}")


@step
def report(x: int) -> int:
    log_params({"depth": x})
    log_metrics({"loss": 0.5}, training_step=3)
    current_run().report_progress(1, 2, "half")
    return x


@step
def write(x: int) -> Path:
    target = Path(f"made-{x}.txt")
    target.write_text(str(x))
    return target


@step
def sleep(x: int) -> int:
    Path(f"asleep-{x}").touch()
    time.sleep(600)
    return x


@step
def meet(x: int) -> int:
    Path(f"here-{x}").touch()
    deadline = time.monotonic() + 30
    while not Path(f"here-{1 - x}").exists() and time.monotonic() < deadline:
        time.sleep(0.005)
    return int(Path(f"here-{1 - x}").exists())


@step
def crash(x: int) -> int:
    os.abort()


@step
def eat(x: int) -> int:
    block = bytearray(10)
    while True:
        block.extend(bytes(2**24))
        time.sleep(0.01)


@pipeline
def steps():
    for one in (add, fail, report, write, sleep, meet, crash, eat):
        one(1)
"""


class ExecutorContract:
    """Subclass it and give a fixture ``make_executor``: a callable ``(ExecutorSetup) -> Executor``.

    Behaviour that ``capabilities`` does not name is skipped.
    """

    @pytest.fixture
    def project(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """A folder with the suite's steps, which is the current one."""
        (tmp_path / "penstock.toml").write_text("")
        (tmp_path / "contract_steps.py").write_text(STEPS)
        monkeypatch.chdir(tmp_path)
        return tmp_path

    @pytest.fixture
    def tasks(self, project: Path) -> Callable[..., Task]:
        """Makes tasks of the suite's steps."""
        prepared = prepare(load_pipeline_file(project / "contract_steps.py").steps)
        prepared.package(project / "package.zip")
        (project / "logs").mkdir()

        def make(step: str, x: int, **changes: Any) -> Task:
            task = Task(
                id=f"{step}-{x}",
                node=node_to_json(prepared.graph.by_name[step]),
                inputs={"x": value_to_json(Inline(x))},
                run="contract",
                pipeline="steps",
                item=-1,
                attempt=1,
                log_file=str(project / "logs" / f"{step}-{x}.log"),
                checkpoints=str(project / "checkpoints" / f"{step}-{x}"),
                timeout_s=0.0,
                memory_bytes=0,
            )
            return replace(task, **changes)

        return make

    @pytest.fixture
    def executor(
        self, make_executor: Callable[[ExecutorSetup], Executor], tasks: Any, project: Path
    ) -> Iterator[Executor]:
        """The executor under test, with two workers."""
        setup = ExecutorSetup(
            workers=2,
            package=str(project / "package.zip"),
            root=str(project),
            artifacts=str(project / "artifacts"),
            cache=str(project / "cache"),
            options={},
        )
        made = make_executor(setup)
        yield made
        made.close()

    def test_runs_a_task(self, executor: Executor, tasks: Callable[..., Task]) -> None:
        """The outputs come back with the facts that are recorded."""
        assert isinstance(executor, Executor)
        assert isinstance(executor.capabilities, frozenset)
        executor.submit(tasks("add", 1))
        finished = _finish(executor, ["add-1"])["add-1"]
        assert finished["outputs"] == {"output": {"value": 11}}
        assert finished["seconds"] >= 0
        assert finished["pid"] > 0
        assert finished["peak_memory_bytes"] >= 0

    def test_runs_many_tasks(self, executor: Executor, tasks: Callable[..., Task]) -> None:
        """Every one is answered once."""
        for x in range(20):
            executor.submit(tasks("add", x))
            _finish(executor, [f"add-{x}"])
        executor.submit(tasks("add", 100))
        executor.submit(tasks("add", 200))
        found = _finish(executor, ["add-100", "add-200"])
        assert found["add-200"]["outputs"] == {"output": {"value": 210}}
        assert executor.poll(0.0) == []

    def test_a_failure_is_an_answer(self, executor: Executor, tasks: Callable[..., Task]) -> None:
        """The error says what, where and how to fix it, and the next task runs."""
        executor.submit(tasks("fail", 7))
        error = _finish(executor, ["fail-7"])["fail-7"]["error"]
        assert error["type"] == "StepError"
        assert error["what"] == "ValueError: no 7"
        assert "pipeline 'steps', step 'fail'" in error["where"]
        assert "Traceback" in error["traceback"]
        executor.submit(tasks("add", 1))
        assert "outputs" in _finish(executor, ["add-1"])["add-1"]

    def test_messages_come_in_order_and_before_the_end(self, executor: Executor, tasks: Callable[..., Task]) -> None:
        """Settings, figures and progress of a running step."""
        executor.submit(tasks("report", 4))
        events = _events(executor, ["report-4"])
        assert [event.type for event in events] == ["params", "metrics", "progress", "finished"]
        assert events[0].data["values"] == {"depth": "4"}
        assert events[1].data["values"] == {"loss": 0.5}
        assert (events[2].data["done"], events[2].data["total"]) == (1, 2)

    def test_artifacts_are_in_the_blob_store(
        self, executor: Executor, tasks: Callable[..., Task], project: Path
    ) -> None:
        """What a step made can be fetched by digest, in this process too."""
        executor.submit(tasks("write", 5))
        value = _finish(executor, ["write-5"])["write-5"]["outputs"]["output"]
        blobs = open_blobs(str(project / "artifacts"), cache=project / "cache")
        (found,) = blobs.fetch(value["digest"]).rglob("made-5.txt")
        assert found.read_text() == "5"

    def test_tasks_run_side_by_side(self, executor: Executor, tasks: Callable[..., Task]) -> None:
        """As many as there are workers."""
        self._needs(executor, "isolation")
        executor.submit(tasks("meet", 0))
        executor.submit(tasks("meet", 1))
        found = _finish(executor, ["meet-0", "meet-1"])
        assert [found[name]["outputs"]["output"]["value"] for name in ("meet-0", "meet-1")] == [1, 1]

    def test_a_crash_is_an_answer(self, executor: Executor, tasks: Callable[..., Task]) -> None:
        """The process of a step may die; nothing else does."""
        self._needs(executor, "isolation")
        executor.submit(tasks("crash", 1))
        error = _finish(executor, ["crash-1"])["crash-1"]["error"]
        assert error["type"] == "StepCrashError"
        assert "SIGABRT" in error["what"]
        executor.submit(tasks("add", 1))
        assert "outputs" in _finish(executor, ["add-1"])["add-1"]

    def test_output_goes_to_the_log(self, executor: Executor, tasks: Callable[..., Task], project: Path) -> None:
        """All attempts append to one file."""
        self._needs(executor, "logs")
        for _ in range(2):
            executor.submit(tasks("add", 1))
            _finish(executor, ["add-1"])
        assert (project / "logs" / "add-1.log").read_text() == "adding 1\nadding 1\n"

    def test_timeout(self, executor: Executor, tasks: Callable[..., Task]) -> None:
        """A step that takes too long is stopped."""
        self._needs(executor, "timeout")
        executor.submit(tasks("sleep", 1, timeout_s=0.3))
        assert _finish(executor, ["sleep-1"])["sleep-1"]["error"]["type"] == "StepTimeoutError"

    def test_memory_limit(self, executor: Executor, tasks: Callable[..., Task]) -> None:
        """A step that takes too much is stopped."""
        self._needs(executor, "memory")
        executor.submit(tasks("eat", 1, memory_bytes=200 * 2**20))
        finished = _finish(executor, ["eat-1"])["eat-1"]
        assert finished["error"]["type"] == "StepMemoryError"
        assert finished["peak_memory_bytes"] > 200 * 2**20

    def test_cancel(self, executor: Executor, tasks: Callable[..., Task], project: Path) -> None:
        """A running task is stopped and answered."""
        self._needs(executor, "isolation")
        executor.submit(tasks("sleep", 2))
        deadline = time.monotonic() + 30
        while not (project / "asleep-2").exists():
            assert time.monotonic() < deadline
            executor.poll(0.01)
        executor.cancel("sleep-2")
        assert "cancelled" in _finish(executor, ["sleep-2"])["sleep-2"]["error"]["what"]

    def test_close_stops_what_runs(self, executor: Executor, tasks: Callable[..., Task], project: Path) -> None:
        """Closing twice is fine."""
        self._needs(executor, "isolation")
        executor.submit(tasks("sleep", 3))
        deadline = time.monotonic() + 30
        while not (project / "asleep-3").exists():
            assert time.monotonic() < deadline
            executor.poll(0.01)
        executor.close()
        executor.close()
        while _sleepers(project):
            assert time.monotonic() < deadline, "the step outlived its executor"
            time.sleep(0.01)

    def _needs(self, executor: Executor, capability: str) -> None:
        if capability not in executor.capabilities:
            pytest.skip(f"{type(executor).__name__} does not offer '{capability}'")


def _events(executor: Executor, tasks: list[str], timeout_s: float = 60.0) -> list[TaskEvent]:
    """Events until all tasks have finished."""
    deadline = time.monotonic() + timeout_s
    found: list[TaskEvent] = []
    while {event.task for event in found if event.type == "finished"} < set(tasks):
        assert time.monotonic() < deadline, f"{tasks} did not finish; so far {found}"
        found.extend(executor.poll(0.2))
    return found


def _finish(executor: Executor, tasks: list[str]) -> dict[str, Any]:
    """Data of the last event of each task."""
    return {event.task: event.data for event in _events(executor, tasks) if event.type == "finished"}


def _sleepers(project: Path) -> list[str]:
    """Processes that work in the project's folder, this one aside."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit() and int(name) != os.getpid():
            try:
                if os.readlink(f"/proc/{name}/cwd") == str(project):
                    found.append(name)
            except OSError:
                # The process is gone, or not ours to look at.
                continue
    return found
