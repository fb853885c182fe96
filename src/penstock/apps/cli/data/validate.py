"""`penstock data validate`: whether data fits its schema, and which rows do not."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from penstock.apps.cli.data.reading import Format, Options, Query, Report, Source, Span, Spans, Types
from penstock.apps.cli.option import Json

if TYPE_CHECKING:
    from penstock.apps.cli.data.reading import Reading
    from penstock.ml.data.anomalies import Anomalies
    from penstock.ml.data.schema import Schema
    from penstock.ml.data.statistics import Statistics

_Schema = Annotated[str, typer.Option("--schema", metavar="SCHEMA", help="The schema: .yaml, .json or .pbtxt.")]
_Environment = Annotated[
    str, typer.Option("--environment", metavar="NAME", help="Where the data is used, such as SERVING.")
]
_Previous = Annotated[str, typer.Option("--previous", metavar="STATS", help="The span before: drift is checked.")]
_Version = Annotated[
    str,
    typer.Option(
        "--earlier-version", metavar="STATS", help="The same data, an earlier version: the number of rows is checked."
    ),
]
_Serving = Annotated[str, typer.Option("--serving", metavar="STATS", help="Data of serving: skew is checked.")]
_Rows = Annotated[int, typer.Option("--max-rows", metavar="N", min=0, help="Offending rows to show per anomaly.")]
_Output = Annotated[str, typer.Option("-o", "--output", metavar="JSON", help="Save the anomalies.")]


def validate(
    source: Source,
    schema: _Schema,
    environment: _Environment = "",
    previous: _Previous = "",
    serving: _Serving = "",
    earlier_version: _Version = "",
    max_rows: _Rows = 10,
    output: _Output = "",
    report: Report = "",
    query: Query = "",
    span: Span = "",
    spans: Spans = None,
    format: Format = "auto",
    types: Types = [],  # noqa: B006
    option: Options = [],  # noqa: B006
    json: Json = False,
) -> None:
    """Check data against a schema.

    Exit code 1 if an error is found; warnings leave it at 0. FILE may be statistics that were saved; then no rows
    can be shown.

    With --json: one object with TensorFlow Metadata's anomalies, and "findings" with rows and SQL.
    """
    from penstock.apps.cli.data.anomaly_text import anomaly_lines
    from penstock.apps.cli.data.reading import Reading, saved_lines, write_results
    from penstock.apps.cli.output import print_json, print_lines
    from penstock.apps.cli.terminal import Painter

    how = Reading(format, types, option, span, spans, query)
    controls = {"previous": previous, "serving": serving, "version": earlier_version}
    statistics, found = _checked(source, schema, how, controls, environment=environment, max_rows=max_rows)
    title = f"Validation of {Path(source).name}"
    write_results(found, output, report, lambda: found.page(statistics, title=title))
    if json:
        print_json(found.to_json())
    else:
        lines = anomaly_lines(found, Painter(sys.stdout), source=source, schema=schema)
        print_lines([*lines, *saved_lines([output, report])])
    if found.errors:
        raise typer.Exit(1)


def _checked(
    source: str, schema: str, how: Reading, controls: Mapping[str, str], **settings: Any
) -> tuple[Statistics, Anomalies]:
    """Statistics of the data, with what the schema makes count, and what is wrong with them."""
    from penstock.apps.cli.data.reading import is_saved, open_data, statistics_of
    from penstock.apps.cli.data.scanning import scanning
    from penstock.ml.data.anomalies import validate as check
    from penstock.ml.data.schema import Schema
    from penstock.ml.data.statistics.options import StatisticsOptions

    expected = Schema.load(schema)
    _check_environment(settings["environment"], expected)
    others: dict[str, Any] = {name: statistics_of(path) for name, path in controls.items() if path}
    if is_saved(source, how):
        statistics = statistics_of(source, how)
        return statistics, check(statistics, expected, **others, **settings)
    statistics = statistics_of(source, how, StatisticsOptions(schema=expected.message))
    # The rows that offend are looked for in a pass of its own.
    with scanning(source):
        return statistics, check(statistics, expected, data=open_data(source, how), **others, **settings)


def _check_environment(name: str, schema: Schema) -> None:
    """Refuse a name that the schema does not know: no column would be expected in it."""
    from penstock.core.error import UsageError, closest

    known = set(schema.message.default_environment)
    for feature in schema.features.values():
        known |= {*feature.in_environment, *feature.not_in_environment}
    if name and name not in known:
        hint = closest(name, sorted(known)) if known else "it has none"
        raise UsageError(
            f"the schema knows no environment '{name}'; {hint}",
            where="--environment",
            fix="add it to `environments` in the schema, or leave the option out",
        )
