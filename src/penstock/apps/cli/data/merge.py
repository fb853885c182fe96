"""`penstock data merge`: statistics of parts become those of the whole."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from penstock.apps.cli.data.reading import Report
from penstock.apps.cli.option import Json

_Parts = Annotated[
    list[str], typer.Argument(metavar="STATS...", help="Saved statistics, of one part each.", show_default=False)
]
_Output = Annotated[str, typer.Option("-o", "--output", metavar="STATS", help="The statistics of all: STATS.json.")]


def merge(parts: _Parts, output: _Output, report: Report = "", json: Json = False) -> None:
    """Merge statistics of parts, without their rows.

    The result is the file that one description of all rows would have given, in whatever order the parts come.
    Exact percentiles cannot be merged: the result has none.

    With --json: the statistics in TensorFlow Metadata's JSON, on one line.
    """
    from penstock.apps.cli.data.reading import saved_lines, write_results
    from penstock.apps.cli.data.statistics_text import statistics_lines
    from penstock.apps.cli.output import print_json, print_lines
    from penstock.apps.cli.terminal import Painter
    from penstock.ml.data.statistics.statistics import Statistics

    first, *others = [Statistics.load(part) for part in parts]
    merged = first.merge(*others)
    write_results(merged, output, report, lambda: merged.page(title=f"Statistics of {len(parts)} parts"))
    if json:
        print_json(merged.to_json())
    else:
        print_lines([*statistics_lines(output, merged, Painter(sys.stdout)), *saved_lines([output, report])])
