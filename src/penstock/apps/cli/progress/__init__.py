"""Turns the events of a run into a live table, plain lines or JSON lines, and its end into a summary."""

from penstock.apps.cli.progress.display import Display, DisplayOptions, open_display
from penstock.apps.cli.progress.summary import print_summary

__all__ = ["Display", "DisplayOptions", "open_display", "print_summary"]
