"""Types of CSV columns, by every row of every file."""

from __future__ import annotations

import gzip
from collections.abc import Mapping, Sequence
from pathlib import Path

from penstock.ml.data.connection import connect, quote_name
from penstock.ml.data.source.csv_error import csv_error
from penstock.ml.data.source.csv_header import Header
from penstock.ml.data.source.csv_scan import TEXT, has_values, read_arguments, reading_csv, scan_csv, text_query

MAX_DIGITS = 38
"""Digits of the longest whole numbers; longer ones are identifiers, and stay text."""

_NUMBERS = ("BIGINT", "HUGEINT", "DOUBLE")
_DATES = ("DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE")
_OTHERS = ("BOOLEAN", "TIME")
# As text, more of them do not fit into the memory of a connection.
_COLUMNS_AT_ONCE = 2000
_CHUNK_BYTES = 8 << 20

# DuckDB takes 0x10 for 16 and -007 for -7, and would lose what was written.
_CODE = rf"^\s*(-0\d|-?0[xXbB]|-?\d{{{MAX_DIGITS + 1},}}\s*$)"
_CODE_AFTER = r"[\n\r\t \",;|](-0[0-9]|-?0[xXbB])"
# Beyond the largest double; only these can be, so that few files need the second look.
_MAY_OVERFLOW = r"[0-9.][eE]\+?[0-9]{3}|[0-9]{200}"
_OVERFLOW_BYTES = 256
_DATE = r"\s*\d{4}-\d\d-\d\d\s*"
_CLOCK = r"\d\d:\d\d(:\d\d(\.\d+)?)?"
_TIMESTAMP = rf"\d{{4}}-\d\d-\d\d([ T]{_CLOCK})?"
_ZONED = rf"\d{{4}}-\d\d-\d\d[ T]{_CLOCK}(Z|[+-]\d\d(:?\d\d)?)"


def infer_types(files: Sequence[tuple[Path, Header]]) -> dict[str, str]:
    """One DuckDB type per column that fits every row of every file.

    Parameters
    ----------
    files : sequence of path and header
        A column need not be in all of them.

    Raises
    ------
    DataError
        If a file is malformed.
    """
    kinds = [_infer(path, header) for path, header in files]
    found = {}
    for name in dict.fromkeys(name for kind in kinds for name in kind):
        having = [(kind[name], file) for kind, file in zip(kinds, files, strict=True) if name in kind]
        options = {kind for kind, _ in having}
        if len(options) > 1 and TEXT in options:
            options = {kind for kind, file in having if has_values(*file, name)}
        found[name] = _wider(options)
    return found


def _wider(kinds: set[str]) -> str:
    if len(kinds) <= 1:
        return next(iter(kinds), TEXT)
    if kinds <= set(_NUMBERS):
        return next(kind for kind in reversed(_NUMBERS) if kind in kinds)
    return "TIMESTAMP" if kinds == {"DATE", "TIMESTAMP"} else TEXT


def _infer(path: Path, header: Header) -> dict[str, str]:
    """Type of each column by all rows of the file."""
    import duckdb

    query = f"select columns from sniff_csv({read_arguments(path, header)}, sample_size=-1)"
    try:
        ((found,),) = connect().sql(query).fetchall()
    except duckdb.Error as error:
        _read_all_as_text(path, header)
        raise csv_error(path, error) from error
    kinds = {name: column["type"] for name, column in zip(header.names, found, strict=True)}
    return dict.fromkeys(header.names, TEXT) | _confirmed(path, header, kinds)


def _read_all_as_text(path: Path, header: Header) -> None:
    """Raise the error of the first bad line; the sniffer's own does not name it."""
    with reading_csv(path):
        for _ in scan_csv(path, header, dict.fromkeys(header.names, TEXT)):
            pass


def _confirmed(path: Path, header: Header, kinds: Mapping[str, str]) -> dict[str, str]:
    """Types that say what is written; DuckDB guesses one form of dates for all columns, and reads codes as numbers."""
    certain = {name: kind for name, kind in kinds.items() if kind in (*_NUMBERS, *_OTHERS)}
    doubtful = _doubtful(path, kinds)
    for start in range(0, len(doubtful), _COLUMNS_AT_ONCE):
        chunk = doubtful[start : start + _COLUMNS_AT_ONCE]
        places = ", ".join(f"max({_place(quote_name(name), options)})" for name, options in chunk)
        with reading_csv(path):
            (found,) = connect().sql(text_query(path, header, places)).fetchall()
        certain |= {name: options[place or 0] for (name, options), place in zip(chunk, found, strict=True)}
    return certain


def _doubtful(path: Path, kinds: Mapping[str, str]) -> list[tuple[str, tuple[str, ...]]]:
    """Columns that need a second look, and their options; numbers mostly need none."""
    wanted = {"HUGEINT", *_DATES}
    if any(kind in _NUMBERS for kind in kinds.values()) and _may_hold_codes(path):
        wanted |= set(_NUMBERS)
    return [(name, _options(kind)) for name, kind in kinds.items() if kind in wanted]


def _may_hold_codes(path: Path) -> bool:
    """Whether any field may begin like a code or be too large a number; far faster than each column as text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    before = b""
    with gzip.open(path) if path.name.lower().endswith(".gz") else path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            if pc.match_substring_regex(
                pa.scalar(before + chunk, pa.binary()), f"{_CODE_AFTER}|{_MAY_OVERFLOW}"
            ).as_py():
                return True
            before = chunk[-_OVERFLOW_BYTES:]
    return False


def _options(kind: str) -> tuple[str, ...]:
    """What a column of that kind may really be; the value that needs the last of them decides."""
    return (*_DATES, TEXT) if kind in _DATES else (kind, TEXT)


def _place(column: str, options: tuple[str, ...]) -> str:
    """SQL for the place in ``options`` of the first type that a text fits; null for null."""
    if options[0] not in _DATES:
        is_lost = f"isinf(try_cast({column} as double))"
        return f"(regexp_matches({column}, '{_CODE}') or coalesce({is_lost}, false))::int"
    cases = " ".join(
        f"when regexp_full_match({column}, '{pattern}') and try_cast({column} as {kind}) is not null then {place}"
        for place, (kind, pattern) in enumerate(zip(_DATES, (_DATE, _TIMESTAMP, _ZONED), strict=True))
    )
    return f"case when {column} is null then null {cases} else {len(_DATES)} end"
