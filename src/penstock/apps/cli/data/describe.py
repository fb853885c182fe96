"""`penstock data describe`: what is in a data set."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from penstock.apps.cli.data.reading import Format, Options, Query, Report, Source, Span, Spans, Types
from penstock.apps.cli.option import Json

if TYPE_CHECKING:
    from penstock.ml.data.metadata.schema import SchemaMessage
    from penstock.ml.data.statistics.options import StatisticsOptions

_Output = Annotated[str, typer.Option("-o", "--output", metavar="STATS", help="Save the statistics: STATS.json.")]
_Weight = Annotated[str, typer.Option("--weight", metavar="COLUMN", help="Column whose numbers weigh the rows.")]
_Slices = Annotated[
    list[str],
    typer.Option("--slice", metavar="COLUMN[=VALUE]", help="Also describe each value of a column, or one of them."),
]
_SqlSlices = Annotated[
    list[str],
    typer.Option("--slice-sql", metavar="NAME=PREDICATE", help="Also describe the rows where this holds, in SQL."),
]
_Cross = Annotated[list[str], typer.Option("--cross", metavar="X:Y", help="Also relate two columns.")]

_Schema = Annotated[
    str, typer.Option("--schema", metavar="SCHEMA", help="Also count its sparse, weighted and language features.")
]
_Exact = Annotated[
    bool, typer.Option("--exact-quantiles", help="Also exact percentiles of numbers, in STATS.quantiles.json.")
]


def describe(
    source: Source,
    output: _Output = "",
    report: Report = "",
    weight: _Weight = "",
    slices: _Slices = [],  # noqa: B006
    slice_sql: _SqlSlices = [],  # noqa: B006
    cross: _Cross = [],  # noqa: B006
    schema: _Schema = "",
    exact_quantiles: _Exact = False,
    query: Query = "",
    span: Span = "",
    spans: Spans = None,
    format: Format = "auto",
    types: Types = [],  # noqa: B006
    option: Options = [],  # noqa: B006
    json: Json = False,
) -> None:
    """Describe data: what columns hold.

    Type, missing values, different values, extremes and mean, and how the values are spread: a histogram of
    numbers, the most frequent texts. FILE may also be statistics that were saved.

    With --json: the statistics in TensorFlow Metadata's JSON, on one line.
    """
    from penstock.apps.cli.data.reading import Reading, pairs, saved_lines, statistics_of, write_results
    from penstock.apps.cli.data.statistics_text import statistics_lines
    from penstock.apps.cli.output import print_json, print_lines
    from penstock.apps.cli.terminal import Painter
    from penstock.core.error import UsageError

    if exact_quantiles and not output:
        raise UsageError("exact quantiles need a file", where="--exact-quantiles", fix="give -o STATS.json")
    options = replace(
        _options(weight, slices, cross),
        sql_slices=pairs(slice_sql, option="--slice-sql"),
        exact_quantiles=exact_quantiles,
        schema=_expected(schema),
    )
    statistics = statistics_of(source, Reading(format, types, option, span, spans, query), options)
    title = f"Statistics of {Path(source).name}"
    write_results(statistics, output, report, lambda: statistics.page(title=title))
    if json:
        print_json(statistics.to_json())
    else:
        print_lines([*statistics_lines(source, statistics, Painter(sys.stdout)), *saved_lines([output, report])])


def _expected(schema: str) -> SchemaMessage | None:
    from penstock.ml.data.schema import Schema

    return Schema.load(schema).message if schema else None


def _options(weight: str, slices: Sequence[str], cross: Sequence[str]) -> StatisticsOptions:
    from penstock.core.error import UsageError
    from penstock.ml.data.statistics.options import StatisticsOptions

    crossed = []
    for text in cross:
        left, sign, right = text.partition(":")
        if not (sign and left and right):
            raise UsageError(f"'{text}' is no pair of columns", where="--cross", fix="write --cross X:Y")
        crossed.append((left, right))
    return StatisticsOptions(
        weight=weight,
        slices=tuple((text.partition("=")[0], text.partition("=")[2]) if "=" in text else text for text in slices),
        cross=tuple(crossed),
    )
