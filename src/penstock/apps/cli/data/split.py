"""`penstock data split`: rows for training, and rows held out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from penstock.apps.cli.data.reading import Format, Options, Query, Source, Span, Spans, Types
from penstock.apps.cli.option import Json

if TYPE_CHECKING:
    from penstock.ml.data.dataset import Dataset

_DEFAULTS = {"hash": {"train": 0.8, "eval": 0.2}, "tfx": {"train": 2.0, "eval": 1.0}}
_MAX_NAMES = 100
_NAME = re.compile(r"\w[\w.-]*", re.ASCII)

_Output = Annotated[str, typer.Option("-o", "--output", metavar="DIR", help="Folder for one Parquet file per split.")]
_By = Annotated[str, typer.Option("--by", metavar="RULE", help="hash, tfx, time, stratify or column.")]
_Key = Annotated[
    list[str], typer.Option("--key", metavar="COLUMN", help="Column that decides; rows with equal keys stay together.")
]
_Fractions = Annotated[
    list[str],
    typer.Option("--fraction", metavar="NAME=PART", help="A split and its part, for each: train=0.8; by tfx buckets."),
]
_Boundaries = Annotated[
    list[str], typer.Option("--from", metavar="NAME=TIME", help="By time: where a split begins: eval=2026-01-01.")
]
_Gap = Annotated[
    float, typer.Option("--gap", metavar="GAP", help="By time: leave out this much before a border (times: seconds).")
]


def split(
    source: Source,
    output: _Output,
    by: _By = "hash",
    key: _Key = [],  # noqa: B006
    fraction: _Fractions = [],  # noqa: B006
    begin: _Boundaries = [],  # noqa: B006
    gap: _Gap = 0.0,
    query: Query = "",
    span: Span = "",
    spans: Spans = None,
    format: Format = "auto",
    types: Types = [],  # noqa: B006
    option: Options = [],  # noqa: B006
    json: Json = False,
) -> None:
    """Split data for training and evaluation.

    The rule looks at nothing but the rows: any order of them gives the same splits, without a seed. By hash of the
    row or of --key, as TFX, by time, in each class alike (stratify), or by a column that names the splits.

    With --json: {"splits": {NAME: {"rows", "path"}, ...}}.
    """
    from penstock.apps.cli.data.reading import Reading, make_folder, open_data, pairs
    from penstock.apps.cli.data.scanning import scanning
    from penstock.apps.cli.output import print_json, print_lines
    from penstock.ml.data.parquet import write_parquet
    from penstock.ml.data.split import SplitRule, split_dataset

    parts = {name: _number(text) for name, text in pairs(fraction, option="--fraction").items()}
    borders = {name: _moment(text) for name, text in pairs(begin, option="--from").items()}
    data = open_data(source, Reading(format, types, option, span, spans, query))
    rule = SplitRule(by, parts or _parts(data, by, key, borders), key or "", borders, gap)
    _check_names(rule.fractions)
    found: dict[str, Any] = {}
    with scanning(source):
        splits = split_dataset(data, rule.splitter())
        folder = Path(output)
        make_folder(folder)
        for name, rows in splits.items():
            path = folder / f"{name}.parquet"
            found[name] = {"rows": write_parquet(rows, path), "path": str(path)}
    if json:
        print_json({"splits": found})
    else:
        print_lines(_lines(found))


def _parts(data: Dataset, by: str, key: Sequence[str], borders: Mapping[str, Any]) -> dict[str, float]:
    """The splits where no fractions are given: borders name all but the first, a column names its own."""
    if borders:
        return dict.fromkeys(["train", *borders], 0.0)
    if by == "column" and len(key) == 1 and key[0] in data.schema.names:
        from penstock.ml.data.connection import quote_name

        name = quote_name(key[0])
        query = f"select distinct {name}::varchar as value from this where {name} is not null order by value"
        values = data.sql(f"{query} limit {_MAX_NAMES + 1}").to_arrow()["value"].to_pylist()
        return dict.fromkeys(values, 0.0)
    return dict(_DEFAULTS.get(by, _DEFAULTS["hash"]))


def _check_names(names: Mapping[str, float]) -> None:
    """Each name becomes that of a file."""
    from penstock.core.error import UsageError

    if len(names) > _MAX_NAMES:
        raise UsageError(
            f"more than {_MAX_NAMES} splits", where="penstock data split", fix="name a column with fewer values"
        )
    for name in names:
        if not _NAME.fullmatch(name):
            raise UsageError(
                f"'{name}' is no name for a split", where="penstock data split", fix="use letters, digits, _, . and -"
            )


def _number(text: str) -> float:
    from penstock.core.error import UsageError

    try:
        return float(text)
    except ValueError as error:
        raise UsageError(f"'{text}' is no number", where="--fraction", fix="write --fraction train=0.8") from error


def _moment(text: str) -> str | float:
    """A time as it is written, or a number where the key is one."""
    try:
        return float(text)
    except ValueError:
        return text


def _lines(found: dict[str, Any]) -> list[str]:
    from penstock.apps.cli.format import columns

    total = sum(one["rows"] for one in found.values()) or 1
    rows = [
        [name, f"{one['rows']:,} rows", f"{100 * one['rows'] / total:.1f} %", one["path"]]
        for name, one in found.items()
    ]
    return columns(rows, right=frozenset({1, 2}))
