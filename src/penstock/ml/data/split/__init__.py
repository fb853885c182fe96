"""Turns one data set into splits that depend on nothing but its rows: by hash, time, class, column, or as TFX does."""

from penstock.ml.data.split.by_class import StratifiedSplit
from penstock.ml.data.split.by_column import ColumnSplit
from penstock.ml.data.split.by_hash import HashSplit, split_query, split_row
from penstock.ml.data.split.by_tfx import TfxSplit, tfx_bucket, tfx_split
from penstock.ml.data.split.by_time import TimeSplit
from penstock.ml.data.split.rule import SplitRule
from penstock.ml.data.split.splitter import Splitter, split_dataset

__all__ = [
    "ColumnSplit",
    "HashSplit",
    "SplitRule",
    "Splitter",
    "StratifiedSplit",
    "TfxSplit",
    "TimeSplit",
    "split_dataset",
    "split_query",
    "split_row",
    "tfx_bucket",
    "tfx_split",
]
