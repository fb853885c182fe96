"""Turns one data set into splits that depend on nothing but its rows: by hash, time, class, column, or as TFX does."""

from penstock.ml.data.split.by_class import StratifiedSplit
from penstock.ml.data.split.by_column import ColumnSplit
from penstock.ml.data.split.by_hash import HashSplit, split_query, split_ranges, split_row
from penstock.ml.data.split.by_tfx import TfxSplit, tfx_bucket, tfx_split
from penstock.ml.data.split.by_time import TimeSplit
from penstock.ml.data.split.row_text import POSITIONS, position, row_text, row_text_sql
from penstock.ml.data.split.rule import RULES, SplitRule
from penstock.ml.data.split.splitter import Splitter, split_dataset

__all__ = [
    "POSITIONS",
    "RULES",
    "ColumnSplit",
    "HashSplit",
    "SplitRule",
    "Splitter",
    "StratifiedSplit",
    "TfxSplit",
    "TimeSplit",
    "position",
    "row_text",
    "row_text_sql",
    "split_dataset",
    "split_query",
    "split_ranges",
    "split_row",
    "tfx_bucket",
    "tfx_split",
]
