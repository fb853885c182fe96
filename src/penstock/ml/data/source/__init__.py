"""Turns files into streams of rows with a fingerprint of their content."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from penstock.ml.data.source.csv import CsvSource
    from penstock.ml.data.source.format import detect_format, open_source
    from penstock.ml.data.source.parquet import ParquetSource

__all__ = ["CsvSource", "ParquetSource", "detect_format", "open_source"]

_MODULE_OF = {
    "CsvSource": "penstock.ml.data.source.csv",
    "ParquetSource": "penstock.ml.data.source.parquet",
    "detect_format": "penstock.ml.data.source.format",
    "open_source": "penstock.ml.data.source.format",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULE_OF[name]), name)
