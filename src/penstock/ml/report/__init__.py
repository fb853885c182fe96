"""Turns figures, facts and findings into one HTML page that works offline."""

from penstock.ml.report.figure import Bars, Series, bars, curve, ranked
from penstock.ml.report.page import Cells, Note, Page, Panel, Tile, frame, render

__all__ = [
    "Bars",
    "Cells",
    "Note",
    "Page",
    "Panel",
    "Series",
    "Tile",
    "bars",
    "curve",
    "frame",
    "ranked",
    "render",
]
