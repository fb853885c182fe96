"""Turns typed Python functions into a frozen graph."""

from penstock.engine.authoring.pipeline import Pipeline, pipeline
from penstock.engine.authoring.step import Step, step
from penstock.engine.authoring.tracer import otherwise, when

__all__ = ["Pipeline", "Step", "otherwise", "pipeline", "step", "when"]
