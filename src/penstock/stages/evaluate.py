"""Stage `evaluate`: how good a model is on rows it has not seen."""

from __future__ import annotations

from penstock.core.context import log_metrics
from penstock.engine.authoring import step
from penstock.ml.data.dataset import Dataset
from penstock.ml.evaluation.evaluation import Evaluation
from penstock.ml.evaluation.evaluation import evaluate as evaluate_model
from penstock.ml.models.model import Model


@step
def evaluate(model: Model, data: Dataset, label: str = "") -> Evaluation:
    """Apply a model to held-out rows; the figures are logged as metrics of the run, too.

    Parameters
    ----------
    model : Model
    data : Dataset
        Raw rows with the label.
    label : str
        Column with the true classes; the one the model was trained on by default.

    Returns
    -------
    Evaluation
        ``accuracy``, ``log_loss`` and, of two classes, ``auc``. In a pipeline ``evaluation["auc"]`` is a scalar.

    Raises
    ------
    DataError
        If the label is missing somewhere, or a figure is not defined (one class only).
    ModelError
        If the rows do not fit the model.
    """
    evaluation = evaluate_model(model, data, label=label)
    log_metrics(evaluation.metrics)
    return evaluation
