from __future__ import annotations

from typing import Any

import pytest

from penstock.core.error import NotFoundError
from penstock.core.state import CACHED, COMPLETE, FAILED, SKIPPED, UPSTREAM_FAILED
from penstock.engine.runtime import Explanation, RunOptions

INLINE = RunOptions(inline=True)
PIPELINE = """
    @ps.step
    def load(n: int) -> list[int]:
        return list(range(n))

    @ps.step
    def halve(values: list[int], by: int = 2) -> list[float]:
        return [value / by for value in values]

    @ps.step
    def check(values: list[float]) -> bool:
        return len(values) > 2

    @ps.step
    def publish(values: list[float]) -> int:
        return len(values)

    @ps.step
    def announce(count: int) -> None: ...

    @ps.step
    def risky(n: int) -> int:
        return 6 // n

    @ps.step
    def last(n: int) -> int:
        return n

    @ps.step(cache=False)
    def clock() -> int:
        return 1

    @ps.step
    def square(n: int) -> int:
        return n * n

    @ps.pipeline
    def p(n: int = 1, divisor: int = 1):
        values = halve(load(n))
        with ps.when(check(values) == True):
            announce(publish(values))
        last(risky(divisor))
        clock()
        square.map([1, 2])
"""


@pytest.fixture
def written(project: Any) -> Any:
    project.write(PIPELINE)
    return project


def why(project: Any, run: Any, step: str) -> Explanation:
    (found,) = project.workspace.explain(run.id, step)
    return found  # type: ignore[no-any-return]


def test_a_first_run(written: Any) -> None:
    run = written.run("p", INLINE)
    found = why(written, run, "load")
    assert (found.run, found.step, found.item, found.state) == (run.id, "load", -1, COMPLETE)
    assert found.headline == "ran, because it had never been completed in a run of 'p'"
    assert found.lines == ()


def test_a_hit_names_the_execution_that_it_was_taken_from(written: Any) -> None:
    first = written.run("p", INLINE)
    written.run("p", INLINE)
    third = written.run("p", INLINE)
    found = why(written, third, "halve")
    assert found.state == CACHED
    assert f"reused from {first.id}/halve" in found.headline
    assert found.to_json()["lines"] == list(found.lines)


def test_a_changed_parameter_and_what_it_changes_downstream(written: Any) -> None:
    first = written.run("p", INLINE)
    second = written.run("p", INLINE, n=2)
    found = why(written, second, "load")
    assert found.headline == f"ran, because its key differs from that of run {first.id}"
    assert found.lines == ("parameter 'n' changed from 1 to 2",)
    assert why(written, second, "halve").lines == ("parameter 'values' changed from [0] to [0, 1]",)
    assert why(written, second, "square[1]").state == CACHED


def test_a_changed_function_is_named(written: Any) -> None:
    written.run("p", INLINE)
    written.write(PIPELINE.replace("value / by for", "value / by + 1 for"))
    (line,) = why(written, written.run("p", INLINE), "halve").lines
    assert "halve" in line
    assert "pipeline.py" in line


def test_a_changed_default_is_a_changed_parameter(written: Any) -> None:
    written.run("p", INLINE)
    written.write(PIPELINE.replace("by: int = 2", "by: int = 4"))
    assert "parameter 'by' changed from 2 to 4" in why(written, written.run("p", INLINE), "halve").lines


def test_a_skip_names_the_condition_and_its_values(written: Any) -> None:
    run = written.run("p", INLINE)
    found = why(written, run, "publish")
    assert found.state == SKIPPED
    assert found.headline == "skipped, because the condition `check.output == True` was false"
    assert found.lines == ("check.output is False",)
    behind = why(written, run, "announce")
    assert behind.headline == "skipped, because it needs the output of 'publish', which was skipped"


def test_a_failure_and_what_it_stopped(written: Any) -> None:
    run = written.run("p", INLINE, divisor=0)
    found = why(written, run, "risky")
    assert found.state == FAILED
    assert found.headline == "failed in attempt 1: ZeroDivisionError: integer division or modulo by zero"
    assert found.lines[0].startswith("where: pipeline 'p', step 'risky', ")
    behind = why(written, run, "last")
    assert (behind.state, behind.headline) == (UPSTREAM_FAILED, "did not run, because 'risky' is failed")


def test_what_is_never_reused(written: Any) -> None:
    written.run("p", INLINE)
    found = why(written, written.run("p", INLINE), "clock")
    assert found.headline == "ran, because its result is never reused"
    assert "cache=False" in found.lines[0]


def test_a_result_that_was_not_to_be_reused_and_now_is(written: Any) -> None:
    written.run("p", INLINE)
    written.write(PIPELINE.replace("@ps.step(cache=False)", "@ps.step"))
    assert why(written, written.run("p", INLINE), "clock").lines == (
        "the earlier result was made where nothing is reused (cache=False)",
    )


def test_a_run_that_was_told_to_reuse_nothing(written: Any) -> None:
    first = written.run("p", INLINE)
    run = written.run("p", RunOptions(inline=True, is_cached=False))
    found = why(written, run, "load")
    assert found.headline == f"ran, although it has the key of run {first.id}"
    assert found.lines == ("nothing was to be reused (--no-cache)",)


def test_a_lost_artifact_is_named(project: Any) -> None:
    project.write(
        """
        @ps.step
        def write() -> Path:
            Path("out.txt").write_text("1")
            return Path("out.txt")

        @ps.pipeline
        def p():
            return write()
        """
    )
    first = project.run("p", INLINE)
    digest = first.outputs["output"].value.digest
    project.workspace.blobs.delete(digest)
    (planned,) = project.workspace.plan(project.load("p"), {}, options=INLINE)
    assert planned.why == f"artifact {digest} is no longer in the store"
    found = why(project, project.run("p", INLINE), "write")
    assert found.headline == f"ran, although it has the key of run {first.id}"
    # By now the very same artifact has been made again.
    assert found.lines == ("the earlier result was not in the store then: removed, or made at the same time",)


def test_items_are_explained_one_by_one_or_together(written: Any) -> None:
    run = written.run("p", INLINE)
    assert [found.item for found in written.workspace.explain(run.id, "square")] == [0, 1]
    assert why(written, run, "square[1]").item == 1


def test_an_unknown_step_offers_the_closest(written: Any) -> None:
    run = written.run("p", INLINE)
    with pytest.raises(NotFoundError, match="has no execution of 'halv'; did you mean 'halve'"):
        written.workspace.explain(run.id, "halv")


def test_a_resumed_mapped_step_is_explained_by_its_items(project: Any) -> None:
    project.write(
        """
        @ps.step
        def load(file: str) -> list[int]:
            return [int(part) for part in Path(file).read_text().split()]

        @ps.step
        def square(n: int) -> int:
            return n * n

        @ps.pipeline
        def p(file: str):
            return square.map(load(file))
        """
    )
    run = project.run("p", INLINE, file="numbers.txt")
    assert why(project, run, "square").state == UPSTREAM_FAILED
    project.write("1 2", "numbers.txt")
    resumed = project.workspace.resume(run.id, pipeline=project.load("p"), options=INLINE)
    assert resumed.outputs["output"].load() == [1, 4]
    assert [found.state for found in project.workspace.explain(run.id, "square")] == [COMPLETE, COMPLETE]
