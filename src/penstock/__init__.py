"""Penstock: the whole life of a production model, as pipelines that run the same everywhere.

The names below are the public surface. They are loaded at first use, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from penstock import stages, testing
    from penstock.core.context import current_run, log_metrics, log_params
    from penstock.core.value import File, Metrics, Report
    from penstock.engine.authoring import otherwise, pipeline, step, when
    from penstock.ml.data.anomalies import Anomalies
    from penstock.ml.data.dataset import Dataset
    from penstock.ml.data.schema import Schema
    from penstock.ml.data.statistics import Statistics
    from penstock.ml.evaluation.evaluation import Evaluation
    from penstock.ml.models.model import Model
    from penstock.workspace import Workspace, package, resume, run

__all__ = [
    "Anomalies",
    "Dataset",
    "Evaluation",
    "File",
    "Metrics",
    "Model",
    "Report",
    "Schema",
    "Statistics",
    "Workspace",
    "current_run",
    "log_metrics",
    "log_params",
    "otherwise",
    "package",
    "pipeline",
    "resume",
    "run",
    "stages",
    "step",
    "testing",
    "when",
]

_SOURCES = {
    "penstock.core.context": ("current_run", "log_metrics", "log_params"),
    "penstock.core.value": ("File", "Metrics", "Report"),
    "penstock.engine.authoring": ("otherwise", "pipeline", "step", "when"),
    "penstock.ml.data.anomalies": ("Anomalies",),
    "penstock.ml.data.dataset": ("Dataset",),
    "penstock.ml.data.schema": ("Schema",),
    "penstock.ml.data.statistics": ("Statistics",),
    "penstock.ml.evaluation.evaluation": ("Evaluation",),
    "penstock.ml.models.model": ("Model",),
    "penstock.workspace": ("Workspace", "package", "resume", "run"),
}
_MODULE_OF = {name: module for module, names in _SOURCES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name in ("stages", "testing"):
        return import_module(f"penstock.{name}")
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'penstock' has no attribute '{name}'")
    value = getattr(import_module(_MODULE_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
