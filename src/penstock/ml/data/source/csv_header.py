"""The first line of a CSV file: delimiter and names of the columns."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from penstock.core.error import DataError
from penstock.ml.data.source.csv_error import not_utf8
from penstock.ml.data.source.location import content_kind

MAX_LINE_BYTES = 16 << 20
"""Longest line that is read."""

_DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True)
class Header:
    """What the first line says."""

    delimiter: str
    names: tuple[str, ...]


def read_header(path: Path) -> Header:
    """Read the first line of a CSV file, gzipped or not.

    A column without a name is called ``column`` and its position from 0.

    Raises
    ------
    DataError
        If the file is empty, of another format, not UTF-8, begins with a blank line, or repeats a name (SQL does
        not tell upper from lower case, so neither does this check).
    """
    is_gzip = path.name.lower().endswith(".gz")
    _check_content(path, is_gzip)
    try:
        with _open_text(path, is_gzip) as file:
            line = "".join(_first_record(file))
    except UnicodeDecodeError as error:
        raise not_utf8(path) from error
    except (gzip.BadGzipFile, EOFError) as error:
        raise DataError(f"the gzip file is damaged: {error}", where=str(path), fix="compress it again") from error
    if not line.strip():
        raise DataError(
            "the CSV file is empty or begins with a blank line",
            where=str(path),
            fix="begin with a line that names the columns, separated by commas",
        )
    delimiter = max(_DELIMITERS, key=lambda option: _width(line, option))
    names = [name.strip() or f"column{index}" for index, name in enumerate(_fields(line, delimiter, path))]
    _check_names(names, path)
    return Header(delimiter, tuple(names))


def _check_content(path: Path, is_gzip: bool) -> None:
    if path.stat().st_size == 0:
        raise DataError(
            "the CSV file is empty",
            where=str(path),
            fix="write it again; without rows it still needs the line that names the columns",
        )
    kind, text = content_kind(path)
    if is_gzip and kind != "gzip":
        raise DataError(
            f"the file is not gzip-compressed, but {text or 'something else'}",
            where=str(path),
            fix="rename it without .gz, or compress it: gzip FILE",
        )
    if kind and not is_gzip:
        fix = {
            "gzip": "rename it to end with .csv.gz",
            "parquet": "give it as format='parquet', or rename it to end with .parquet",
            "utf-16": f"convert it: iconv -f UTF-16 -t UTF-8 '{path.name}' > utf8.csv",
        }.get(kind, "give a CSV file")
        raise DataError(f"the file is not CSV, but {text}", where=str(path), fix=fix)


def _open_text(path: Path, is_gzip: bool) -> TextIO:
    if is_gzip:
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open("r", encoding="utf-8-sig", newline="")


def _first_record(file: TextIO) -> Iterator[str]:
    """Lines of the first record: it goes on while a quote is open."""
    quotes = size = 0
    while size < MAX_LINE_BYTES and (line := file.readline(MAX_LINE_BYTES)):
        yield line
        quotes += line.count('"')
        size += len(line)
        if quotes % 2 == 0:
            return


def _width(line: str, delimiter: str) -> int:
    """Number of fields; 0 where the line does not follow the rules with that delimiter."""
    try:
        return len(next(csv.reader([line], delimiter=delimiter)))
    except csv.Error:
        return 0


def _fields(line: str, delimiter: str, path: Path) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter))
    except csv.Error as error:
        raise DataError(
            f"the first line does not name columns: {error}", where=str(path), fix="give a CSV file with a header"
        ) from error


def _check_names(names: list[str], path: Path) -> None:
    first: dict[str, int] = {}
    for index, name in enumerate(names):
        if "\x00" in name:
            raise DataError("the header holds zero bytes", where=str(path), fix="give a CSV file with a header")
        before = first.setdefault(name.lower(), index)
        if before != index:
            raise DataError(
                f"columns {before + 1} and {index + 1} are called '{names[before]}' and '{name}'",
                where=str(path),
                fix="rename one of them; names must differ by more than case",
            )
