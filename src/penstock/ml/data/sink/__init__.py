"""Turns rows into tables of a warehouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from penstock.core.lazy import lazily

if TYPE_CHECKING:
    from penstock.ml.data.sink.bigquery import write_bigquery

__all__ = ["write_bigquery"]

__getattr__ = lazily(
    __name__,
    {
        "bigquery": ("write_bigquery",),
    },
)
