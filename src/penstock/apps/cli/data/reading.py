"""What the commands of `penstock data` read: data in any format, or statistics that were saved."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from penstock.core.error import DataError, UsageError

if TYPE_CHECKING:
    from penstock.ml.data.dataset import Dataset
    from penstock.ml.data.statistics.options import StatisticsOptions
    from penstock.ml.data.statistics.statistics import Statistics

STATISTICS_FILE = "statistics.json"

Source = Annotated[
    str,
    typer.Argument(
        metavar="FILE", help="File, folder, pattern or URL of data in any format Penstock reads.", show_default=False
    ),
]
Format = Annotated[
    str, typer.Option("--format", metavar="NAME", help="Format of the data, where the name does not tell it.")
]
Types = Annotated[
    list[str],
    typer.Option("--types", metavar="COLUMN=TYPE", help="Type of a column that should not be inferred: zip=VARCHAR."),
]
Options = Annotated[
    list[str],
    typer.Option("--option", metavar="NAME=VALUE", help="Option of the source: table=trips, union_by_name=true."),
]
Span = Annotated[
    str,
    typer.Option(
        "--span", metavar="SPAN", help="Span of a location with {SPAN} or a date: 7, 2026-11-20, or from:to. [latest]"
    ),
]
Spans = Annotated[int | None, typer.Option("--spans", metavar="N", min=1, help="The N latest spans.")]
Query = Annotated[
    str, typer.Option("--sql", metavar="SELECT", help="Take the answer to this SELECT over the data, called 'this'.")
]
Report = Annotated[str, typer.Option("--report", metavar="HTML", help="Also write a page that opens in any browser.")]


@dataclass(frozen=True)
class Reading:
    """How data are read: what the options of a command say.

    Parameters
    ----------
    format : str
    types, options : sequence of str
        ``NAME=VALUE`` each.
    span : str
        A number, a date, or two of them with a colon between.
    spans : int, optional
    query : str
        A SELECT over ``this``; empty for all of the data.
    """

    format: str = "auto"
    types: Sequence[str] = ()
    options: Sequence[str] = ()
    span: str = ""
    spans: int | None = None
    query: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether nothing is said."""
        return self.format == "auto" and not (self.types or self.options or self.span or self.spans or self.query)

    def source_options(self) -> dict[str, Any]:
        """What the source is given.

        Raises
        ------
        UsageError
            If a pair has no ``=``, a name comes twice, or there are two choices of spans.
        """
        given = {name: _value(name, text) for name, text in pairs(self.options, option="--option").items()}
        for name, option in (("types", "--types"), ("span", "--span"), ("spans", "--spans"), ("format", "--format")):
            if name in given:
                raise UsageError(f"--option {name}: it has an option of its own", where="--option", fix=f"use {option}")
        if self.types:
            given["types"] = pairs(self.types, option="--types")
        if self.span and self.spans:
            raise UsageError("--span and --spans exclude each other", where="--spans", fix="give one of them")
        first, colon, last = self.span.partition(":")
        if colon:
            given["span_range"] = (_span(first), _span(last))
        elif self.span:
            given["span"] = _span(self.span)
        if self.spans:
            given["spans"] = self.spans
        return given


def open_data(source: str, how: Reading = Reading(), **defaults: Any) -> Dataset:
    """The rows of a file, folder, pattern or URL; nothing is read yet.

    Parameters
    ----------
    source : str
    how : Reading
    **defaults
        Options of the source that hold unless others are given.
    """
    from penstock.ml.data.dataset import Dataset
    from penstock.ml.data.source.format import open_source

    options = {**defaults, **how.source_options()}
    data = Dataset.from_source(open_source(source, format=how.format, **options))
    return data.sql(how.query) if how.query else data


def is_saved(path: str, how: Reading = Reading()) -> bool:
    """Whether a path names saved statistics and not data, as whatever has a format does."""
    return how.format == "auto" and _looks_saved(path)


def _looks_saved(path: str) -> bool:
    return path.endswith(".json") or (Path(path) / STATISTICS_FILE).is_file()


def statistics_of(path: str, how: Reading = Reading(), options: StatisticsOptions | None = None) -> Statistics:
    """Saved statistics as they are; data are described, with a bar where that takes a while.

    Raises
    ------
    UsageError
        If anything but the path is given for saved statistics.
    """
    from penstock.apps.cli.data.scanning import scanning
    from penstock.ml.data.statistics.options import StatisticsOptions
    from penstock.ml.data.statistics.statistics import Statistics

    if is_saved(path, how):
        if not how.is_plain or (options is not None and options != StatisticsOptions()):
            raise UsageError(
                "these statistics are computed already; options of reading and counting mean nothing to them",
                where=path,
                fix="leave those options out, or give the data",
            )
        return Statistics.load(path)
    with scanning(path) as progress:
        return Statistics.of(open_data(path, how), options=options or StatisticsOptions(), progress=progress)


def pairs(texts: Sequence[str], *, option: str) -> dict[str, str]:
    """``NAME=VALUE`` texts as a mapping.

    Raises
    ------
    UsageError
        If one has no ``=``, or a name comes twice.
    """
    found: dict[str, str] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not name or name in found:
            problem = f"'{name}' comes twice" if name in found else f"'{text}' is no NAME=VALUE"
            raise UsageError(problem, where=option, fix=f"write {option} NAME=VALUE, once for each name")
        found[name] = value
    return found


def write_results(found: Any, output: str, report: str, page: Callable[[], Any]) -> None:
    """Save what was found, and a page of it, where that is asked for."""
    if output:
        found.save(room_for(output))
    if report:
        write_report(report, page())


def write_report(path: str, page: Any) -> None:
    """Write a page of `penstock.ml.report`."""
    from penstock.ml.report import render

    room_for(path).write_text(render(page), encoding="utf-8")


def room_for(path: str) -> Path:
    """The path of a file to write; its folder is made.

    Raises
    ------
    DataError
        If there can be no such folder.
    """
    target = Path(path)
    make_folder(target.parent)
    return target


def make_folder(path: Path) -> None:
    """Make a folder, with those above it.

    Raises
    ------
    DataError
        If there can be none, because of a file in its place or for want of permission.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(
            f"the folder cannot be made: {error.strerror}",
            where=str(path),
            fix="give a place that may be written to, where no file has that name",
        ) from error


def saved_lines(paths: Sequence[str]) -> list[str]:
    """Where results were written."""
    return [f"wrote {path}" for path in paths if path]


def _value(name: str, text: str) -> Any:
    """What a text means: ``true``, ``false``, a list or object of JSON, a version's number; else the text itself."""
    if text in ("true", "false") or text[:1] in ("[", "{", '"') or (name == "version" and text.isdecimal()):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def _span(text: str) -> int | str:
    return int(text) if text.isdecimal() and text.isascii() else text
