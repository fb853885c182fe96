"""Turns fitted estimators of any framework into portable models that take raw rows."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from penstock.ml.models.model import Model
    from penstock.ml.models.signature import Feature, Signature, infer_signature

__all__ = ["Feature", "Model", "Signature", "infer_signature"]

_MODULE_OF = {
    "Feature": "penstock.ml.models.signature",
    "Model": "penstock.ml.models.model",
    "Signature": "penstock.ml.models.signature",
    "infer_signature": "penstock.ml.models.signature",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULE_OF[name]), name)
