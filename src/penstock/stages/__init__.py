"""Turns the science into steps: the standard parts that pipelines are made of."""

from penstock.stages.evaluate import evaluate
from penstock.stages.ingest import fingerprint_source, ingest
from penstock.stages.select import Selection, select
from penstock.stages.split import Splits, split
from penstock.stages.train import train

__all__ = ["Selection", "Splits", "evaluate", "fingerprint_source", "ingest", "select", "split", "train"]
