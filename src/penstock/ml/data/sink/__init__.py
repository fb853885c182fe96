"""Turns rows into tables of a warehouse."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from penstock.ml.data.sink.bigquery import write_bigquery

__all__ = ["write_bigquery"]

_MODULE_OF = {"write_bigquery": "penstock.ml.data.sink.bigquery"}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULE_OF[name]), name)
