from __future__ import annotations

import os
import signal
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from processes import is_alive, wait_until

from penstock.core.graph import Node, StepRef, node_to_json
from penstock.core.protocol import ExecutorSetup, Task
from penstock.engine.runtime import RunOptions
from penstock.engine.runtime.executor.local import THREAD_VARIABLES, LocalExecutor
from penstock.engine.runtime.executor.process_tree import children

TASK = Task("", node_to_json(Node("a", StepRef("flow", "a"))), {}, "r1", "p", 3, 1, "", "", 0.0, 0)

PIPELINE = """
    @ps.step
    def one(n: int) -> list[int]:
        return [os.getpid(), int(os.environ["OMP_NUM_THREADS"])]

    @ps.step
    def beside(n: int) -> int:
        mine = Path(f"seen-{n}")
        mine.touch()
        while not Path(f"seen-{1 - n}").exists():
            time.sleep(0.001)
        return os.getpid()

    @ps.pipeline
    def chain():
        a = one(1)
        b = one.options(name="b")(2).after(a)
        return a, b, one.options(name="c", cpu=2)(3).after(b)

    @ps.pipeline
    def pair():
        return {"pids": beside.map([0, 1])}
"""


@pytest.fixture
def written(project: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in THREAD_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    project.write(PIPELINE)
    return project


def test_a_warm_worker_takes_the_next_step_and_threads_follow_the_cores(written: Any) -> None:
    run = written.run("chain", RunOptions(workers=2))
    (first, threads), (second, again), (third, more) = (run.outputs[name].load() for name in ("one", "b", "c"))
    assert (threads, again, more) == (1, 1, 2)
    assert first == second != third


def test_a_number_of_threads_that_somebody_chose_is_left_alone(written: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    run = written.run("chain", RunOptions(workers=2))
    assert [run.outputs[name].load()[1] for name in ("one", "b", "c")] == [3, 3, 3]


def test_a_pool_of_one_replaces_its_worker_where_another_is_needed(written: Any) -> None:
    run = written.run("chain", RunOptions(workers=1))
    assert run.state == "complete"
    assert run.outputs["c"].load()[0] != run.outputs["b"].load()[0]


def test_items_run_beside_each_other_in_processes_of_their_own(written: Any) -> None:
    assert len(set(written.run("pair", RunOptions(workers=2)).outputs["pids"].load())) == 2


def test_a_step_gets_no_descriptors_of_the_pool(project: Any) -> None:
    project.write("""
        @ps.step
        def descriptors(x: int) -> list[str]:
            import subprocess
            found = subprocess.run(["ls", "-l", "/proc/self/fd"], close_fds=False, capture_output=True, text=True)
            return [line for line in found.stdout.splitlines() if "socket:" in line]

        @ps.pipeline
        def p():
            return descriptors(1)
    """)
    assert project.run("p").outputs["output"].load() == []


def test_a_pool_that_was_killed_while_nobody_looked_is_started_again(tmp_path: Path) -> None:
    before = set(children(os.getpid()))
    executor = LocalExecutor(ExecutorSetup(2, "none.zip", str(tmp_path), str(tmp_path), str(tmp_path), {}))
    try:
        for number in range(2):
            executor.submit(replace(TASK, id=f"a-{number}", log_file=str(tmp_path / "a.log")))
            if number == 0:
                (zygote,) = set(children(os.getpid())) - before
                os.kill(zygote, signal.SIGKILL)
                wait_until(lambda pid=zygote: not is_alive(pid), what="death of the pool")
        errors: dict[str, Any] = {}
        deadline = time.monotonic() + 20
        while len(errors) < 2 and time.monotonic() < deadline:
            errors |= {event.task: event.data["error"] for event in executor.poll(0.1)}
    finally:
        executor.close()
    assert "the pool of workers died of SIGKILL" in errors["a-0"]["what"]
    assert errors["a-0"]["where"] == "pipeline 'p', step 'a[3]'"
    assert "the package cannot be read" in errors["a-1"]["what"]
