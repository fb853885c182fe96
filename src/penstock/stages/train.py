"""Stage `train`: a model of any framework."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from penstock.core.plugin import load_plugin
from penstock.engine.authoring import step
from penstock.ml.data.dataset import Dataset
from penstock.ml.models.model import Model

if TYPE_CHECKING:
    from penstock.core.protocol import Trainer

GROUP = "penstock.trainers"


@step
def train(
    data: Dataset,
    label: str,
    framework: str,
    *,
    features: list[str] | None = None,
    params: dict[str, Any] | None = None,
    seed: int = 0,
) -> Model:
    """Fit a classifier.

    Parameters
    ----------
    data : Dataset
        Rows with the label.
    label : str
        Column with the classes: booleans, whole numbers or text.
    framework : str
        ``sklearn``, ``xgboost`` or any other entry point of ``penstock.trainers``.
    features : list of str, optional
        Columns to learn from; by default all but the label.
    params : dict, optional
        For the trainer: ``{"estimator": "sklearn.linear_model.LogisticRegression", "C": 0.5}``,
        ``{"num_boost_round": 500, "max_depth": 6}``.
    seed : int
        The same seed, data and parameters give the same model, bit for bit.

    Raises
    ------
    NotFoundError
        If no such framework is known.
    MissingDependencyError
        If it is not installed.
    DataError
        If the data cannot be learned from, or a parameter is refused.
    UntrustedError
        If the estimator is a foreign class, which no other step could load.
    """
    trainer: Trainer = load_plugin(GROUP, framework)
    chosen = [name for name in data.schema.names if name != label] if features is None else features
    return cast("Model", trainer.fit(data, label=label, features=chosen, seed=seed, params=params or {}))
