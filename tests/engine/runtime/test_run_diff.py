from __future__ import annotations

import json
from typing import Any

from penstock.engine.runtime import Change, RunDiff, RunOptions

INLINE = RunOptions(inline=True)
PIPELINE = """
    @ps.step
    def load(n: int) -> list[int]:
        return list(range(n))

    @ps.step
    def fit(values: list[int], rate: float = 0.1) -> float:
        ps.log_metrics({"loss": len(values) * rate})
        return sum(values) * rate

    @ps.step
    def score(fold: int) -> int:
        ps.log_metrics({"auc": fold})
        return fold

    @ps.step
    def extra() -> int:
        return 1

    @ps.pipeline
    def p(n: int = 3, folds: list[int] = [1, 2], more: bool = False):
        with ps.when(more == True):
            extra()
        return {"model": fit(load(n)), "scores": score.map(folds)}
"""


def runs(project: Any, *changes: dict[str, Any]) -> list[str]:
    project.write(PIPELINE)
    return [project.run("p", INLINE, **change).id for change in changes]


def test_a_run_differs_in_nothing_from_itself(project: Any) -> None:
    (one,) = runs(project, {})
    assert project.workspace.diff(one, one) == RunDiff(one, one)


def test_a_repeated_run_differs_in_nothing_that_was_made(project: Any) -> None:
    one, two = runs(project, {}, {})
    found = project.workspace.diff(one, two)
    assert (found.parameters, found.steps, found.outputs) == ((), (), ())


def test_parameters_steps_outputs_and_figures(project: Any) -> None:
    one, two = runs(project, {}, {"n": 4})
    found = project.workspace.diff(one, two)
    assert (found.left, found.right) == (one, two)
    assert found.parameters == (Change("n", 3, 4),)
    assert {change.step: change.reasons for change in found.steps} == {
        "load": ("parameter 'n' changed from 3 to 4",),
        "fit": ("parameter 'values' changed from [0, 1, 2] to [0, 1, 2, 3]",),
    }
    assert [change.name for change in found.outputs] == ["model"]
    assert Change("fit.loss", 3 * 0.1, 4 * 0.1) in found.metrics


def test_a_changed_source_is_named(project: Any) -> None:
    (one,) = runs(project, {})
    project.write(PIPELINE.replace("sum(values) * rate", "sum(values) / rate"))
    two = project.run("p", INLINE).id
    (change,) = project.workspace.diff(one, two).steps
    assert change.step == "fit"
    assert "fit" in change.reasons[0]


def test_steps_and_figures_that_only_one_run_has(project: Any) -> None:
    one, two = runs(project, {"folds": [1]}, {"folds": [1, 2], "more": True})
    found = project.workspace.diff(one, two)
    assert {change.step: change.reasons for change in found.steps} == {
        "extra": ("only in the right run",),
        "score[1]": ("only in the right run",),
    }
    back = project.workspace.diff(two, one)
    assert {change.reasons for change in back.steps} == {("only in the left run",)}
    assert Change("score[1].auc", None, 2.0) in found.metrics


def test_it_is_json(project: Any) -> None:
    one, two = runs(project, {}, {"n": 4})
    data = json.loads(json.dumps(project.workspace.diff(one, two).to_json()))
    assert data["parameters"] == [{"name": "n", "left": 3, "right": 4}]
