"""Turns fitted estimators of any framework into portable models that take raw rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from penstock.core.lazy import lazily

if TYPE_CHECKING:
    from penstock.ml.models.model import Model
    from penstock.ml.models.signature import Feature, Signature, infer_signature

__all__ = ["Feature", "Model", "Signature", "infer_signature"]

__getattr__ = lazily(
    __name__,
    {
        "model": ("Model",),
        "signature": ("Feature", "Signature", "infer_signature"),
    },
)
