"""Turns files and tables elsewhere into streams of rows with a fingerprint of their content."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from penstock.ml.data.source.arrow import ArrowSource
    from penstock.ml.data.source.avro import AvroSource
    from penstock.ml.data.source.csv import CsvSource
    from penstock.ml.data.source.format import detect_format, open_source
    from penstock.ml.data.source.jsonl import JsonLinesSource
    from penstock.ml.data.source.parquet import ParquetSource
    from penstock.ml.data.source.span import SpanChoice, SpanLocation, choose_spans
    from penstock.ml.data.source.tfrecord import TfRecordSource

__all__ = [
    "ArrowSource",
    "AvroSource",
    "CsvSource",
    "JsonLinesSource",
    "ParquetSource",
    "SpanChoice",
    "SpanLocation",
    "TfRecordSource",
    "choose_spans",
    "detect_format",
    "open_source",
]

_MODULE_OF = {
    "ArrowSource": "penstock.ml.data.source.arrow",
    "AvroSource": "penstock.ml.data.source.avro",
    "CsvSource": "penstock.ml.data.source.csv",
    "JsonLinesSource": "penstock.ml.data.source.jsonl",
    "ParquetSource": "penstock.ml.data.source.parquet",
    "SpanChoice": "penstock.ml.data.source.span",
    "SpanLocation": "penstock.ml.data.source.span",
    "TfRecordSource": "penstock.ml.data.source.tfrecord",
    "choose_spans": "penstock.ml.data.source.span",
    "detect_format": "penstock.ml.data.source.format",
    "open_source": "penstock.ml.data.source.format",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULE_OF[name]), name)
