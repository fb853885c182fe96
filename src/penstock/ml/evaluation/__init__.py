"""Turns predictions and labels into figures that models are judged by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from penstock.core.lazy import lazily

if TYPE_CHECKING:
    from penstock.ml.evaluation.evaluation import Evaluation, evaluate
    from penstock.ml.evaluation.metrics import accuracy, auc, log_loss

__all__ = ["Evaluation", "accuracy", "auc", "evaluate", "log_loss"]

__getattr__ = lazily(
    __name__,
    {
        "evaluation": ("Evaluation", "evaluate"),
        "metrics": ("accuracy", "auc", "log_loss"),
    },
)
