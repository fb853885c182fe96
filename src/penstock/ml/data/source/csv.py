"""CSV files as a source: types come from every row, and what does not fit is told with its line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from penstock.core.error import DataError, closest
from penstock.ml.data.connection import connect, file_list, quote_name, quote_text
from penstock.ml.data.parquet import batch_rows
from penstock.ml.data.source.csv_error import csv_error
from penstock.ml.data.source.csv_header import MAX_LINE_BYTES, Header, read_header
from penstock.ml.data.source.location import SUFFIXES, content_digest, find_files

if TYPE_CHECKING:
    import pyarrow as pa

_NUMBERS = ("BIGINT", "HUGEINT", "DOUBLE")
_DATES = ("DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE")
_TEXT = "VARCHAR"


class CsvSource:
    """One CSV file, or a folder of files with the same header.

    The first line names the columns. The delimiter is the one among ``, ; tab |`` that splits the header into
    most columns; the quote is ``"``, doubled inside of quotes. A missing value is an empty field. The type of a
    column is the narrowest of boolean, integer, double, date, timestamp (both in ISO form), time and text that
    fits **every** row of every file.

    Parameters
    ----------
    uri : str
        Path of a file (``.csv``, ``.tsv``, either gzipped as ``.gz``) or folder.
    types : mapping of str to str, optional
        DuckDB types of columns that should not be inferred, for instance ``{"zip": "VARCHAR"}``.
    """

    capabilities: ClassVar[frozenset[str]] = frozenset({"fingerprint", "types"})

    def __init__(self, uri: str, *, types: Mapping[str, str] | None = None) -> None:
        self.uri = uri
        self.types = dict(types or {})

    def __repr__(self) -> str:
        return f"csv {self.uri}"

    @cached_property
    def files(self) -> tuple[Path, ...]:
        """The files, in order."""
        return find_files(self.uri, SUFFIXES["csv"])

    def fingerprint(self) -> str:
        """Digest of the files' contents."""
        return content_digest(self.files)

    def read(self) -> pa.RecordBatchReader:
        """The rows of all files in order, streamed; a file without rows below its header gives none.

        Raises
        ------
        DataError
            If a file is empty, no CSV, not UTF-8, has another header than the first, a line with more or fewer
            fields, or a value that is not of the type asked for; with the line where it can be had.
        """
        import pyarrow as pa

        headers = [read_header(path) for path in self.files]
        names = headers[0].names
        _check_same_header(self.files, headers)
        _check_types(self.types, names, self.files[0])
        pairs = list(zip(self.files, headers, strict=True))
        kinds = _joined([_infer(path, header) for path, header in pairs], pairs)
        kinds |= self.types
        first = _scan(*pairs[0], kinds)

        def stream() -> Iterator[pa.RecordBatch]:
            for index, (path, header) in enumerate(pairs):
                with reading_csv(path):
                    yield from first if index == 0 else _scan(path, header, kinds)

        return pa.RecordBatchReader.from_batches(first.schema, stream())


@contextmanager
def reading_csv(path: Path) -> Iterator[None]:
    """Failures of DuckDB while it reads a CSV file, told in our form."""
    import duckdb

    try:
        yield
    except (duckdb.Error, OSError) as error:
        raise csv_error(path, error) from error


def _check_same_header(files: tuple[Path, ...], headers: list[Header]) -> None:
    for path, header in zip(files, headers, strict=True):
        if header.names != headers[0].names:
            lacks = [name for name in headers[0].names if name not in header.names]
            adds = [name for name in header.names if name not in headers[0].names]
            parts = [f"lacks {', '.join(lacks[:5])}"] * bool(lacks) + [f"adds {', '.join(adds[:5])}"] * bool(adds)
            raise DataError(
                f"its header differs from that of {files[0].name}: it "
                f"{' and '.join(parts) or 'has the columns in another order'}",
                where=str(path),
                fix="give all files of the folder the same header, or ingest them apart",
            )


def _check_types(types: Mapping[str, str], names: tuple[str, ...], path: Path) -> None:
    import duckdb

    for name, kind in types.items():
        if name not in names:
            raise DataError(
                f"a type is given for column '{name}', which is not there; {closest(name, names)}",
                where=str(path),
                fix="correct the name in `types`",
            )
        try:
            connect().execute(f"select null::{kind}")
        except duckdb.Error as error:
            raise DataError(
                f"'{kind}', given for column '{name}', is no type: {str(error).splitlines()[0]}",
                where=str(path),
                fix="use a type of DuckDB, for instance VARCHAR, BIGINT, DOUBLE, BOOLEAN, DATE or TIMESTAMP",
            ) from error


def _infer(path: Path, header: Header) -> dict[str, str]:
    """Type of each column by all rows of the file."""
    import duckdb

    columns = "columns, dateformat, timestampformat"
    try:
        rows = connect().sql(f"select {columns} from sniff_csv({_call(path, header)}, sample_size=-1)").fetchall()
    except duckdb.Error as error:
        _read_all_as_text(path, header)
        raise csv_error(path, error) from error
    found, date_format, timestamp_format = rows[0]
    is_iso = date_format in (None, "%Y-%m-%d") and timestamp_format is None
    kinds = [column["type"] if is_iso or column["type"] not in _DATES else _TEXT for column in found]
    return dict(zip(header.names, kinds, strict=True))


def _read_all_as_text(path: Path, header: Header) -> None:
    """Raise the error of the first bad line; the sniffer's own does not name it."""
    with reading_csv(path):
        for _ in _scan(path, header, dict.fromkeys(header.names, _TEXT)):
            pass


def _joined(kinds: list[dict[str, str]], pairs: list[tuple[Path, Header]]) -> dict[str, str]:
    """One type per column that fits every file."""
    found = {}
    for name in kinds[0]:
        options = {kind[name] for kind in kinds}
        if len(options) > 1 and _TEXT in options:
            options = {kind[name] for kind, pair in zip(kinds, pairs, strict=True) if _has_values(*pair, name)}
        found[name] = _wider(options)
    return found


def _wider(kinds: set[str]) -> str:
    if len(kinds) <= 1:
        return next(iter(kinds), _TEXT)
    if kinds <= set(_NUMBERS):
        return next(kind for kind in reversed(_NUMBERS) if kind in kinds)
    return "TIMESTAMP" if kinds == {"DATE", "TIMESTAMP"} else _TEXT


def _has_values(path: Path, header: Header, name: str) -> bool:
    with reading_csv(path):
        table = _select(path, header, dict.fromkeys(header.names, _TEXT))
        return bool(connect().sql(f"select 1 from ({table}) where {quote_name(name)} is not null limit 1").fetchall())


def _scan(path: Path, header: Header, kinds: Mapping[str, str]) -> pa.RecordBatchReader:
    with reading_csv(path):
        return connect().sql(_select(path, header, kinds)).to_arrow_reader(batch_rows(len(header.names)))


def _select(path: Path, header: Header, kinds: Mapping[str, str]) -> str:
    columns = ", ".join(f"{quote_text(name)}: {quote_text(kinds[name])}" for name in header.names)
    return f"select * from read_csv({_call(path, header)}, auto_detect=false, columns={{{columns}}})"


def _call(path: Path, header: Header) -> str:
    """Arguments that leave DuckDB nothing to guess but the types."""
    (name,) = file_list([path])
    return (
        f"{quote_text(name)}, delim={quote_text(header.delimiter)}, quote='\"', escape='\"', header=true, "
        f"skip=0, comment='', max_line_size={MAX_LINE_BYTES}, buffer_size={2 * MAX_LINE_BYTES}"
    )
