from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from penstock.core.context import current_run, current_step, log_metrics, log_params
from penstock.core.error import DataError, StepError
from penstock.core.expression import Const
from penstock.core.graph import Input, Node, Output, StepRef, node_to_json
from penstock.core.protocol import BlobStore
from penstock.core.signature import PARAMETER, PATH, PortType
from penstock.engine.runtime.worker import Means, describe, execute
from penstock.engine.store import open_blobs

ANY = PortType(PARAMETER, "Any")
REF = StepRef("flow", "f")


class Parts(NamedTuple):
    left: int
    right: int


class Runner:
    """Executes functions as a step's worker would."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.is_interruptible = False
        self.blobs: BlobStore = open_blobs(str(folder / "artifacts"), cache=folder / "cache")
        self.messages: list[dict[str, Any]] = []
        self.is_canceled = False

    def run(self, function: Callable[..., Any], *outputs: Output, item: int = -1, **inputs: Any) -> dict[str, Any]:
        ports = tuple(Input(name, ANY, Const(None)) for name in inputs)
        node = Node("a", REF, ports, outputs or (Output("output", ANY),))
        return self.task(function, node, item=item, inputs={name: {"value": value} for name, value in inputs.items()})

    def task(self, function: Callable[..., Any], node: Node, **fields: Any) -> dict[str, Any]:
        task = {
            "id": "a[-1]",
            "node": node_to_json(node),
            "inputs": {},
            "run": "r1",
            "pipeline": "p",
            "item": -1,
            "attempt": 2,
            "log_file": "",
            "checkpoints": str(self.folder / "checkpoints"),
            **fields,
        }
        known = {REF: function}
        means = Means(
            known.__getitem__, self.blobs, self.messages.append, lambda: self.is_canceled, self.is_interruptible
        )
        return execute(task, means)


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


def error_of(outcome: dict[str, Any]) -> dict[str, Any]:
    assert "outputs" not in outcome
    assert set(outcome["error"]) == {"type", "what", "where", "fix", "traceback"}
    error: dict[str, Any] = outcome["error"]
    return error


def test_inputs_go_in_and_outputs_come_out(runner: Runner) -> None:
    outcome = runner.run(lambda x, y: x + y, x=1, y=2)
    assert outcome["outputs"] == {"output": {"value": 3}}
    assert outcome["seconds"] >= 0


def test_several_outputs_and_none(runner: Runner) -> None:
    outputs = Output("left", ANY), Output("right", ANY)
    assert runner.run(lambda: Parts(1, 2), *outputs)["outputs"] == {"left": {"value": 1}, "right": {"value": 2}}
    assert runner.task(lambda: None, Node("a", REF))["outputs"] == {}


def test_artifacts_are_fetched_and_stored(runner: Runner, tmp_path: Path) -> None:
    path = tmp_path / "in.txt"
    path.write_text("hello")
    file = PortType("File", "pathlib.Path")
    made = runner.run(lambda: path, Output("output", file))["outputs"]["output"]
    assert made["kind"] == "File"
    node = Node("a", REF, (Input("x", PortType(PATH, "pathlib.Path"), Const(None)),), (Output("output", ANY),))
    assert runner.task(lambda x: x.read_text(), node, inputs={"x": made})["outputs"] == {"output": {"value": "hello"}}


def test_the_step_knows_its_run(runner: Runner) -> None:
    def look() -> list[Any]:
        context = current_run()
        (context.checkpoints / "state").write_text("1")
        return [context.run, context.pipeline, context.step, context.item, context.attempt]

    assert runner.run(look, item=4)["outputs"]["output"] == {"value": ["r1", "p", "a", 4, 2]}
    assert (runner.folder / "checkpoints" / "state").exists()
    assert current_step() is None


def test_messages_are_sent_while_it_runs(runner: Runner) -> None:
    def talk() -> bool:
        log_metrics({"loss": 1}, training_step=3)
        log_params({"rate": 0.1})
        current_run().report_progress(1, 2, "half")
        return current_run().is_canceled()

    runner.is_canceled = True
    assert runner.run(talk)["outputs"]["output"] == {"value": True}
    assert [message["type"] for message in runner.messages] == ["metrics", "params", "progress"]


# Failures.


def test_an_error_of_the_step_names_its_line(runner: Runner) -> None:
    def broken() -> int:
        return {}["missing"]  # type: ignore[no-any-return]

    error = error_of(runner.run(broken))
    line = broken.__code__.co_firstlineno + 1
    assert (error["type"], error["what"]) == ("StepError", "KeyError: 'missing'")
    assert error["where"] == f"pipeline 'p', step 'a', {__file__}:{line}"
    assert "/worker.py" not in error["traceback"]
    assert 'return {}["missing"]' in error["traceback"]
    assert current_step() is None


def test_the_line_is_the_users_own_also_when_a_library_raised(runner: Runner) -> None:
    import json

    def broken() -> Any:
        return json.loads("{")

    assert f"{__file__}:{broken.__code__.co_firstlineno + 1}" in error_of(runner.run(broken))["where"]


def test_an_item_is_named(runner: Runner) -> None:
    assert "step 'a[3]'" in error_of(runner.run(lambda: 1 // 0, item=3))["where"]


def test_an_error_of_ours_keeps_its_parts(runner: Runner) -> None:
    def broken() -> int:
        raise DataError("the file is empty", where="trips.csv", fix="fill it")

    error = error_of(runner.run(broken))
    assert (error["type"], error["what"], error["fix"]) == ("DataError", "the file is empty", "fill it")
    assert error["where"] == "pipeline 'p', step 'a': trips.csv"


def test_a_cause_is_in_the_traceback(runner: Runner) -> None:
    def broken() -> int:
        try:
            return 1 // 0
        except ZeroDivisionError as error:
            raise ValueError("no") from error

    assert "ZeroDivisionError" in error_of(runner.run(broken))["traceback"]


@pytest.mark.parametrize("code", [0, 3, None, "stop"])
def test_sys_exit_fails_the_step(runner: Runner, code: Any) -> None:
    error = error_of(runner.run(lambda: sys.exit(code)))
    assert error["what"] == f"the step called sys.exit({code!r})"
    assert current_step() is None


def test_running_out_of_memory(runner: Runner) -> None:
    def greedy() -> int:
        raise MemoryError("no more")

    assert error_of(runner.run(greedy))["type"] == "StepMemoryError"


def test_another_type_than_promised(runner: Runner) -> None:
    error = error_of(runner.run(lambda: "three", Output("output", PortType(PARAMETER, "int"))))
    assert error["type"] == "OutputTypeError"
    assert "should be int, but is str: 'three'" in error["what"]


def test_an_error_that_cannot_say_what_it_is(runner: Runner) -> None:
    class MuteError(Exception):
        def __str__(self) -> str:
            raise RuntimeError("no text")

    def broken() -> int:
        raise MuteError

    assert error_of(runner.run(broken))["what"] == "MuteError: (its text cannot be had: RuntimeError)"


def test_a_function_that_cannot_be_found(runner: Runner) -> None:
    node = Node("a", StepRef("flow", "gone"), (), (Output("output", ANY),))
    assert error_of(runner.task(lambda: 1, node))["type"] == "StepError"


def test_an_artifact_that_is_gone(runner: Runner) -> None:
    node = Node("a", REF, (Input("x", PortType("File", "pathlib.Path"), Const(None)),), (Output("output", ANY),))
    lost = {"kind": "File", "digest": "sha256:" + "0" * 64, "size_bytes": 1}
    assert error_of(runner.task(lambda x: 1, node, inputs={"x": lost}))["type"] == "NotFoundError"


def test_a_child_that_comes_back_does_not_answer(runner: Runner, tmp_path: Path) -> None:
    def fork(fails: bool) -> int:
        child = os.fork()
        if child:
            os.waitpid(child, 0)
        else:
            (tmp_path / "child").write_text("was here")
        if fails:
            raise ValueError("both of them")
        return os.getpid()

    for fails in (False, True):
        outcome = runner.run(fork, fails=fails)
        assert (tmp_path / "child").read_text() == "was here"
        (tmp_path / "child").unlink()
        if not fails:
            assert outcome["outputs"]["output"] == {"value": os.getpid()}


class Strange(BaseException):
    """No Exception, and none of Python's."""

    def __str__(self) -> str:
        raise GeneratorExit


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        (asyncio.CancelledError, "CancelledError: "),
        (GeneratorExit, "GeneratorExit: "),
        (KeyboardInterrupt, "KeyboardInterrupt: "),
        (Strange, "Strange: (its text cannot be had: GeneratorExit)"),
    ],
)
def test_whatever_a_step_raises_fails_it(runner: Runner, kind: type[BaseException], what: str) -> None:
    def broken() -> int:
        raise kind

    error = error_of(runner.run(broken))
    assert (error["type"], error["what"]) == ("StepError", what)
    assert "raise kind" in error["traceback"]
    assert current_step() is None


def test_an_error_that_holds_all_the_data_is_cut(runner: Runner) -> None:
    def broken() -> int:
        raise ValueError("x" * 5_000_000)

    error = error_of(runner.run(broken))
    assert len(error["what"]) < 11_000
    assert "[... 4990000 characters ...]" in error["what"]
    assert len(error["traceback"]) < 1_100_000


def test_an_interrupt_is_the_callers_where_that_is_said(runner: Runner) -> None:
    def interrupted() -> int:
        raise KeyboardInterrupt

    runner.is_interruptible = True
    with pytest.raises(KeyboardInterrupt):
        runner.run(interrupted)
    assert current_step() is None


def test_an_error_that_never_was_raised_is_described_too() -> None:
    found = describe(StepError("it broke", where="pipeline 'p', step 'a', line 3", fix="mend it"), "pipeline 'p'")
    assert found["where"] == "pipeline 'p', step 'a', line 3"
    assert describe(ValueError("no"), "here")["where"] == "here, no line known"
