from __future__ import annotations

from typing import Any

import pytest

from penstock.core.error import DataError, NotFoundError, ParameterError
from penstock.engine.runtime import RunOptions

INLINE = RunOptions(inline=True)
PIPELINE = """
    @ps.step
    def load(n: int) -> list[int]:
        return list(range(n))

    @ps.step
    def square(value: int) -> int:
        return value * value

    @ps.step
    def total(values: list[int]) -> int:
        return sum(values)

    @ps.step
    def publish(value: int) -> None: ...

    @ps.step
    def announce(value: int) -> int:
        return value

    @ps.step(cache=False)
    def clock() -> int:
        return 1

    @ps.pipeline
    def p(n: int = 2, limit: int = 100):
        result = total(square.map(load(n)))
        with ps.when(result > limit):
            publish(announce(result))
        clock()
"""


@pytest.fixture
def written(project: Any) -> Any:
    project.write(PIPELINE)
    return project


def planned(project: Any, options: RunOptions = INLINE, **parameters: Any) -> dict[str, tuple[str, str]]:
    steps = project.workspace.plan(project.load("p"), parameters, options=options)
    return {one.step if one.item < 0 else f"{one.step}[{one.item}]": (one.state, one.why) for one in steps}


def states(found: dict[str, tuple[str, str]]) -> dict[str, str]:
    return {name: state for name, (state, _) in found.items()}


def test_nothing_was_ever_run(written: Any) -> None:
    found = planned(written)
    assert states(found) == {
        "load": "run",
        "square": "unknown",
        "total": "unknown",
        "announce": "unknown",
        "publish": "unknown",
        "clock": "run",
    }
    assert found["load"][1] == "it has never been completed"
    assert found["square"][1] == "'load' runs before it"
    assert found["clock"][1] == "its result is never reused"
    assert written.workspace.runs() == []


def test_what_was_run_is_a_hit(written: Any) -> None:
    run = written.run("p", INLINE)
    found = planned(written)
    assert states(found) == {
        "load": "hit",
        "square[0]": "hit",
        "square[1]": "hit",
        "total": "hit",
        "announce": "skip",
        "publish": "skip",
        "clock": "run",
    }
    assert found["square[1]"][1] == f"reused from {run.id}/square[1]"
    assert found["announce"][1] == "`total.output > limit` is false"
    assert found["publish"][1] == "'announce' is skipped"


def test_the_plan_says_what_a_run_then_does(written: Any) -> None:
    written.run("p", INLINE)
    for parameters in ({}, {"n": 3}, {"limit": 0}, {"n": 0}):
        said = states(planned(written, **parameters))
        written.run("p", INLINE, **parameters)
        did = written.finished()
        outcome = {"hit": {"cached"}, "run": {"complete"}, "skip": {"skipped", "complete"}}
        for name, state in said.items():
            if state != "unknown":
                assert did[name] in outcome[state]


def test_a_change_is_explained_before_it_happens(written: Any) -> None:
    written.run("p", INLINE)
    assert planned(written, n=3)["load"] == ("run", "parameter 'n' changed from 2 to 3")
    written.write(PIPELINE.replace("sum(values)", "max(values)"))
    state, why = planned(written)["total"]
    assert state == "run"
    assert "total" in why


def test_an_empty_list_has_nothing_to_run(written: Any) -> None:
    written.run("p", INLINE, n=0)
    assert planned(written, n=0)["square"] == ("skip", "the list that it maps over is empty")


def test_reusing_nothing(written: Any) -> None:
    written.run("p", INLINE)
    found = planned(written, RunOptions(inline=True, is_cached=False))
    assert found["load"] == ("run", "nothing is to be reused (--no-cache)")
    assert found["total"][0] == "unknown"


def test_until(written: Any) -> None:
    assert list(planned(written, RunOptions(inline=True, until="square"))) == ["load", "square"]
    with pytest.raises(NotFoundError, match="has no step 'sqare'; did you mean 'square'"):
        planned(written, RunOptions(until="sqare"))


def test_wrong_parameters_are_refused_as_in_a_run(written: Any) -> None:
    with pytest.raises(ParameterError, match="has no parameter 'm'"):
        planned(written, m=1)


def test_a_missing_file_is_an_error(project: Any) -> None:
    project.write(
        """
        @ps.step
        def read(path: Path) -> str:
            return path.read_text()

        @ps.pipeline
        def p(path: Path):
            return read(path)
        """
    )
    with pytest.raises(DataError, match="cannot be read"):
        planned(project, path="missing.txt")
