"""Turns the science into steps: the standard parts that pipelines are made of."""

from penstock.stages.check_leakage import check_leakage
from penstock.stages.compare import compare
from penstock.stages.describe import describe
from penstock.stages.evaluate import evaluate
from penstock.stages.infer_schema import infer_schema
from penstock.stages.ingest import fingerprint_source, ingest
from penstock.stages.merge_statistics import merge_statistics
from penstock.stages.select import Selection, select
from penstock.stages.split import Splits, ThreeSplits, split, split_three
from penstock.stages.train import train
from penstock.stages.validate import Validation, load_schema, validate

__all__ = [
    "Selection",
    "Splits",
    "ThreeSplits",
    "Validation",
    "check_leakage",
    "compare",
    "describe",
    "evaluate",
    "fingerprint_source",
    "infer_schema",
    "ingest",
    "load_schema",
    "merge_statistics",
    "select",
    "split",
    "split_three",
    "train",
    "validate",
]
