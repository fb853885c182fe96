from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from penstock.core.context import current_run
from penstock.core.graph import Node, Output, StepRef, node_to_json
from penstock.core.protocol import Executor, Task
from penstock.core.signature import PARAMETER, PortType
from penstock.engine.runtime.executor.inline import InlineExecutor
from penstock.engine.store import open_blobs

ANY = PortType(PARAMETER, "Any")


def task(name: str) -> Task:
    node = Node(name, StepRef("flow", name), (), (Output("output", ANY),))
    return Task(f"{name}[-1]", node_to_json(node), {}, "r1", "p", -1, 1, "", "", 0.0, 0)


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., InlineExecutor]:
    blobs = open_blobs(str(tmp_path / "artifacts"), cache=tmp_path / "cache")

    def made(**functions: Callable[[], Any]) -> InlineExecutor:
        return InlineExecutor(lambda ref: functions[ref.qualname], blobs)

    return made


def test_it_is_an_executor(make: Callable[..., InlineExecutor]) -> None:
    executor = make()
    assert isinstance(executor, Executor)
    assert executor.capabilities == {"inline"}


def test_a_task_runs_when_it_is_polled_in_this_process(make: Callable[..., InlineExecutor]) -> None:
    ran: list[str] = []
    executor = make(a=lambda: ran.append("a") or os.getpid(), b=lambda: ran.append("b") or 0)
    executor.submit(task("a"))
    executor.submit(task("b"))
    assert ran == []
    (first,) = executor.poll(0)
    assert (first.task, first.type, ran) == ("a[-1]", "finished", ["a"])
    assert first.data["outputs"] == {"output": {"value": os.getpid()}}
    assert (first.data["pid"], first.data["peak_memory_bytes"]) == (os.getpid(), 0)
    (second,) = executor.poll(0)
    assert second.task == "b[-1]"
    assert executor.poll(0) == []


def test_messages_come_before_the_end(make: Callable[..., InlineExecutor]) -> None:
    def talk() -> int:
        current_run().report_progress(1, 2)
        current_run().log_metrics({"loss": 1.0})
        raise ValueError("no")

    executor = make(a=talk)
    executor.submit(task("a"))
    events = executor.poll(0)
    assert [event.type for event in events] == ["progress", "metrics", "finished"]
    assert events[-1].data["error"]["what"] == "ValueError: no"


def test_a_canceled_task_never_runs_and_says_so(make: Callable[..., InlineExecutor]) -> None:
    ran: list[str] = []
    executor = make(a=lambda: ran.append("a"), b=lambda: ran.append("b"))
    executor.submit(replace(task("a"), id="a[2]", item=2))
    executor.submit(task("b"))
    executor.cancel("a[2]")
    executor.cancel("nobody[-1]")
    (canceled,) = executor.poll(0)
    assert (canceled.task, canceled.type) == ("a[2]", "finished")
    assert canceled.data["error"]["what"] == "the step was cancelled"
    assert canceled.data["error"]["where"] == "pipeline 'p', step 'a[2]'"
    assert {"seconds", "pid", "peak_memory_bytes"} <= set(canceled.data)
    executor.poll(0)
    assert ran == ["b"]


def test_a_step_changes_nothing_for_the_next_one(
    make: Callable[..., InlineExecutor], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    def moves() -> None:
        os.chdir("/")
        os.environ["MOVED"] = "1"

    executor = make(a=moves, b=lambda: [os.getcwd(), os.environ.get("MOVED")])
    for name in "ab":
        executor.submit(task(name))
        (finished,) = executor.poll(0)
    assert finished.data["outputs"] == {"output": {"value": [str(tmp_path), None]}}
    assert os.getcwd() == str(tmp_path)


def test_an_interrupt_is_the_callers(make: Callable[..., InlineExecutor]) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    executor = make(a=interrupted)
    executor.submit(task("a"))
    with pytest.raises(KeyboardInterrupt):
        executor.poll(0)


def test_closing_forgets_what_waits(make: Callable[..., InlineExecutor]) -> None:
    ran: list[str] = []
    executor = make(a=lambda: ran.append("a"))
    executor.submit(task("a"))
    executor.close()
    executor.close()
    assert executor.poll(0) == []
    assert ran == []
