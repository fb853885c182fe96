"""Turns files and tables elsewhere into streams of rows with a fingerprint of their content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from penstock.core.lazy import lazily

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

__getattr__ = lazily(
    __name__,
    {
        "arrow": ("ArrowSource",),
        "avro": ("AvroSource",),
        "csv": ("CsvSource",),
        "format": ("detect_format", "open_source"),
        "jsonl": ("JsonLinesSource",),
        "parquet": ("ParquetSource",),
        "span": ("SpanChoice", "SpanLocation", "choose_spans"),
        "tfrecord": ("TfRecordSource",),
    },
)
