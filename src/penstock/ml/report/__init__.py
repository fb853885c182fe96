"""Turns figures, facts and findings into one HTML page that works offline."""

from penstock.ml.report.figure import Bars, Figure, Series, bars, curve, ranked, strengths
from penstock.ml.report.number import count, number, share
from penstock.ml.report.page import FILE_NAME, Cell, Cells, Level, Note, Page, Panel, Tile, frame, render, save

__all__ = [
    "FILE_NAME",
    "Bars",
    "Cell",
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
    "save",
    "share",
    "strengths",
]
