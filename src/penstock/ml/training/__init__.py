"""Turns examples into fitted models, with any framework."""

from penstock.ml.training.examples import Examples, read_examples

__all__ = ["Examples", "read_examples"]
