"""Turns predictions and labels into figures that models are judged by."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from penstock.ml.evaluation.evaluation import Evaluation, evaluate
    from penstock.ml.evaluation.metrics import accuracy, auc, log_loss

__all__ = ["Evaluation", "accuracy", "auc", "evaluate", "log_loss"]

_MODULE_OF = {
    "Evaluation": "penstock.ml.evaluation.evaluation",
    "accuracy": "penstock.ml.evaluation.metrics",
    "auc": "penstock.ml.evaluation.metrics",
    "evaluate": "penstock.ml.evaluation.evaluation",
    "log_loss": "penstock.ml.evaluation.metrics",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULE_OF[name]), name)
