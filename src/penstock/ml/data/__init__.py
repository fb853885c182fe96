"""Turns files and tables of any library into data sets that are stored, split and read alike."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from penstock.ml.data.dataset import Dataset
    from penstock.ml.data.source.format import open_source
    from penstock.ml.data.split import split_query, split_row

__all__ = ["Dataset", "open_source", "split_query", "split_row"]

_MODULE_OF = {
    "Dataset": "penstock.ml.data.dataset",
    "open_source": "penstock.ml.data.source.format",
    "split_query": "penstock.ml.data.split",
    "split_row": "penstock.ml.data.split",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULE_OF[name]), name)
