from __future__ import annotations

import pytest

from penstock.core.error import DataError, NotFoundError
from penstock.ml.evaluation import Evaluation
from penstock.ml.models import Model, Signature
from penstock.stages import select

MODELS = [Model(name, Signature((), "y"), (0, 1), (), None) for name in ("a", "b", "c")]


def evaluations(metric: str, *figures: float) -> list[Evaluation]:
    return [Evaluation({metric: figure}, "y", 10, (0, 1)) for figure in figures]


@pytest.mark.parametrize(
    ("metric", "figures", "position"),
    [("auc", (0.7, 0.9, 0.8), 1), ("log_loss", (0.7, 0.9, 0.4), 2), ("auc", (0.5, 0.9, 0.9), 1)],
)
def test_the_best_of_equals_the_first(metric: str, figures: tuple[float, ...], position: int) -> None:
    given = evaluations(metric, *figures)
    best = select(MODELS, given, metric=metric)
    assert best == (MODELS[position], given[position], position)


def test_lists_that_do_not_fit() -> None:
    with pytest.raises(DataError, match="0 models"):
        select([], [])
    with pytest.raises(DataError, match="3 models and 2 evaluations"):
        select(MODELS, evaluations("auc", 0.1, 0.2))


def test_a_metric_that_was_not_computed() -> None:
    with pytest.raises(NotFoundError, match="did you mean 'auc'"):
        select(MODELS, evaluations("auc", 0.1, 0.2, 0.3), metric="auk")
