"""Turns figures, facts and findings into one HTML page that works offline."""

from penstock.ml.report.figure import Bars, Figure, Series, bars, curve, ranked
from penstock.ml.report.number import count, number, share
from penstock.ml.report.page import Cells, Level, Note, Page, Panel, Tile, frame, render

__all__ = [
    "Bars",
    "Cells",
    "Figure",
    "Level",
    "Note",
    "Page",
    "Panel",
    "Series",
    "Tile",
    "bars",
    "count",
    "curve",
    "frame",
    "number",
    "ranked",
    "render",
    "share",
]
