"""Stage `select`: the best of several models."""

from __future__ import annotations

from typing import NamedTuple

from penstock.core.error import DataError
from penstock.engine.authoring import step
from penstock.ml.evaluation.evaluation import Evaluation
from penstock.ml.models.model import Model

LOWER_IS_BETTER = frozenset({"log_loss"})


class Selection(NamedTuple):
    """The chosen model, its evaluation, and its place in the list."""

    model: Model
    evaluation: Evaluation
    position: int


@step
def select(models: list[Model], evaluations: list[Evaluation], *, metric: str = "auc") -> Selection:
    """Keep the model with the best figure; of equals the first.

    Parameters
    ----------
    models : list of Model
    evaluations : list of Evaluation
        Of the models, in the same order.
    metric : str
        Higher is better, except for ``log_loss``.

    Raises
    ------
    DataError
        If there is no model, or not one evaluation for each.
    NotFoundError
        If an evaluation lacks the metric.
    """
    if not models or len(models) != len(evaluations):
        raise DataError(
            f"there are {len(models)} models and {len(evaluations)} evaluations",
            where="stage 'select'",
            fix="give at least one model, and one evaluation for each, in the same order",
        )
    sign = -1 if metric in LOWER_IS_BETTER else 1
    figures = [sign * evaluation[metric] for evaluation in evaluations]
    index = figures.index(max(figures))
    return Selection(models[index], evaluations[index], index)
