"""Turns files and tables of any library into data sets that are stored, split and read alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from penstock.core.lazy import lazily

if TYPE_CHECKING:
    from penstock.ml.data.dataset import Dataset
    from penstock.ml.data.source.format import open_source
    from penstock.ml.data.split import split_query, split_row

__all__ = ["Dataset", "open_source", "split_query", "split_row"]

__getattr__ = lazily(
    __name__,
    {
        "dataset": ("Dataset",),
        "source.format": ("open_source",),
        "split": ("split_query", "split_row"),
    },
)
