"""`penstock data drift`: how two data sets differ."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from penstock.apps.cli.data.reading import Format, Options, Report, Types
from penstock.apps.cli.option import Json

if TYPE_CHECKING:
    from penstock.apps.cli.data.reading import Reading
    from penstock.ml.data.statistics import Statistics

_Left = Annotated[
    str, typer.Argument(metavar="BASELINE", help="Saved statistics, or data: the span before.", show_default=False)
]
_Right = Annotated[str, typer.Argument(metavar="CURRENT", help="The span to judge.", show_default=False)]
_Schema = Annotated[str, typer.Option("--schema", metavar="SCHEMA", help="A schema with comparators' thresholds.")]
_Skew = Annotated[bool, typer.Option("--skew", help="Training against serving data; takes skew comparators.")]
_Threshold = Annotated[
    list[str],
    typer.Option("--threshold", metavar="[FEATURE:]MEASURE=VALUE", help="A limit, of all features or one: psi=0.2."),
]
_Output = Annotated[str, typer.Option("-o", "--output", metavar="JSON", help="Save the comparison.")]


def drift(
    baseline: _Left,
    current: _Right,
    schema: _Schema = "",
    skew: _Skew = False,
    threshold: _Threshold = [],  # noqa: B006
    output: _Output = "",
    report: Report = "",
    format: Format = "auto",
    types: Types = [],  # noqa: B006
    option: Options = [],  # noqa: B006
    json: Json = False,
) -> None:
    """Compare two data sets.

    Feature by feature, from statistics alone. Exit code 1 if a limit is passed, or a feature came, went or has
    another type; the limits are the schema's and those of --threshold.

    With --json: one object with every measure of every feature.
    """
    from penstock.apps.cli.data.drift_text import drift_lines
    from penstock.apps.cli.data.reading import Reading, saved_lines, write_results
    from penstock.apps.cli.output import print_json, print_lines
    from penstock.apps.cli.terminal import Painter
    from penstock.ml.data.drift import compare
    from penstock.ml.data.schema.schema import Schema

    limits = _limits(threshold)
    expected = Schema.load(schema) if schema else None
    before, after = _both(baseline, current, Reading(format, types, option))
    found = compare(before, after, kind="skew" if skew else "drift", schema=expected, thresholds=limits or None)
    names = Path(baseline).name, Path(current).name
    write_results(found, output, report, lambda: found.page(before, after, names=names))
    if json:
        print_json(found.to_json())
    else:
        print_lines([*drift_lines(found, Painter(sys.stdout)), *saved_lines([output, report])])
    if not found.is_ok:
        raise typer.Exit(1)


def _both(baseline: str, current: str, how: Reading) -> tuple[Statistics, Statistics]:
    """Statistics of both; of one that is saved beside data, how to read does not matter."""
    from penstock.apps.cli.data.reading import Reading, is_saved, statistics_of

    saved = [is_saved(path) for path in (baseline, current)]
    one, two = (Reading() if is_one and not all(saved) else how for is_one in saved)
    return statistics_of(baseline, one), statistics_of(current, two)


def _limits(texts: Sequence[str]) -> dict[str, float | dict[str, float]]:
    """Thresholds by measure, and by feature and measure."""
    from penstock.apps.cli.data.reading import pairs
    from penstock.core.error import UsageError

    found: dict[str, float | dict[str, float]] = {}
    for name, text in pairs(texts, option="--threshold").items():
        try:
            value = float(text)
        except ValueError as error:
            raise UsageError(
                f"'{text}' is no number", where="--threshold", fix="write a number: --threshold psi=0.2"
            ) from error
        feature, colon, measure = name.rpartition(":")
        if not colon:
            found[measure] = value
            continue
        of_feature = found.setdefault(feature, {})
        if isinstance(of_feature, dict):
            of_feature[measure] = value
    return found
