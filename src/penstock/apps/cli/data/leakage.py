"""`penstock data leakage`: what a model could learn from that it will not have, or that it has seen."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from penstock.apps.cli.data.reading import Format, Options, Query, Report, Source, Types
from penstock.apps.cli.option import Json

if TYPE_CHECKING:
    from penstock.apps.cli.data.reading import Reading
    from penstock.ml.data.dataset import Dataset

_FIELDS = ("feature", "kind", "strength", "why", "fix")

_Label = Annotated[str, typer.Option("--label", metavar="EXPR", help="Column, or SQL over a row: 'tips > 0.2 * fare'.")]
_Splits = Annotated[
    list[str],
    typer.Option(
        "--split",
        metavar="NAME=FILE|COLUMN",
        help="Another split, FILE being 'train' (may be repeated); or the column that names each row's split.",
    ),
]
_Time = Annotated[str, typer.Option("--time", metavar="COLUMN", help="Moment of the prediction: later values leak.")]
_LabelTime = Annotated[str, typer.Option("--label-time", metavar="COLUMN", help="Moment when the label was known.")]
_Key = Annotated[
    list[str], typer.Option("--key", metavar="COLUMN", help="Whom a row is about: should not be in two splits.")
]
_Ignore = Annotated[list[str], typer.Option("--ignore", metavar="COLUMN", help="A column that is no feature.")]
_Output = Annotated[str, typer.Option("-o", "--output", metavar="JSON", help="Save the findings with their figures.")]
_Limit = Annotated[
    float | None,
    typer.Option("--max-strength", metavar="STRENGTH", help="Exit code 1 where a finding reaches it, 0 to 1."),
]


def leakage(
    source: Source,
    label: _Label = "",
    split: _Splits = [],  # noqa: B006
    key: _Key = [],  # noqa: B006
    ignore: _Ignore = [],  # noqa: B006
    time: _Time = "",
    label_time: _LabelTime = "",
    max_strength: _Limit = None,
    output: _Output = "",
    report: Report = "",
    query: Query = "",
    format: Format = "auto",
    types: Types = [],  # noqa: B006
    option: Options = [],  # noqa: B006
    json: Json = False,
) -> None:
    """Find what a model should not know.

    Features that give the label away, identifiers, values from the future; rows, images and keys in two splits;
    splits that differ. Without --label nothing is asked about it. Of images in class folders the hashes are compared.

    With --json: {"findings": [{"feature", "kind", "strength", "why", "fix"}, ...]}, strongest first.
    """
    from penstock.apps.cli.data.leakage_text import leakage_lines
    from penstock.apps.cli.data.reading import Reading, saved_lines, write_results
    from penstock.apps.cli.data.scanning import scanning
    from penstock.apps.cli.output import print_json, print_lines
    from penstock.apps.cli.terminal import Painter
    from penstock.ml.data.leakage import LeakageOptions, find_leakage

    how = Reading(format, types, option, query=query)
    data, column = _data(source, split, how)
    options = LeakageOptions(keys=tuple(key), ignore=tuple(ignore))
    with scanning(source):
        found = find_leakage(data, label=label, splits=column, time=time, label_time=label_time, options=options)
    is_ok = max_strength is None or not found.at_least(max_strength)
    write_results(found, output, report, lambda: found.page(title=f"Leakage in {Path(source).name}"))
    if json:
        findings = [{name: getattr(finding, name) for name in _FIELDS} for finding in found.findings]
        print_json({"findings": findings})
    else:
        print_lines([*leakage_lines(found, Painter(sys.stdout)), *saved_lines([output, report])])
    if not is_ok:
        raise typer.Exit(1)


def _data(source: str, splits: Sequence[str], how: Reading) -> tuple[Any, str]:
    """The data, by split where there are several, and the column that names splits."""
    from penstock.apps.cli.data.reading import pairs
    from penstock.core.error import UsageError

    columns = [text for text in splits if "=" not in text]
    if not columns:
        others = pairs(splits, option="--split")
        if "train" in others:
            raise UsageError(
                "'train' is what stands in front", where="--split", fix="give that file as FILE, the others as --split"
            )
        opened = {name: _open(path, how) for name, path in {"train": source, **others}.items()}
        return (opened if others else opened["train"]), ""
    if len(splits) > 1:
        raise UsageError(
            f"'{columns[0]}' is the column with the splits, and there are others beside it",
            where="--split",
            fix="give one column, or NAME=FILE for each further split",
        )
    return _open(source, how), columns[0]


def _open(source: str, how: Reading) -> Dataset:
    from penstock.apps.cli.data.reading import open_data
    from penstock.ml.data.source.format import IMAGES, detect_format

    kind = detect_format(source) if how.format == "auto" else how.format
    # Without their pixels images cannot be told apart.
    return open_data(source, how, **({"pixels": True} if kind == IMAGES else {}))
