"""CSV files as a source: types come from every row, and what does not fit is told with its line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from penstock.core.error import DataError, closest
from penstock.ml.data.connection import connect
from penstock.ml.data.source.csv_header import Header, read_header
from penstock.ml.data.source.csv_scan import reading_csv, scan_csv
from penstock.ml.data.source.csv_type import infer_types
from penstock.ml.data.source.location import SUFFIXES, content_digest, find_files

if TYPE_CHECKING:
    import pyarrow as pa


class CsvSource:
    """One CSV file, or a folder of files with the same header.

    The first line names the columns. The delimiter is the one among ``, ; tab |`` that splits the header into
    most columns; the quote is ``"``, doubled inside of quotes. A missing value is an empty field. The type of a
    column is the narrowest of boolean, integer, double, date, timestamp (both in ISO form), time and text that
    fits **every** row of every file. A column stays text if any of its values would lose what is written: leading
    zeros (``00501``, ``-007``), ``0x`` or ``0b`` in front, a ``+``, or whole numbers of more than 38 digits.

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
        kinds = infer_types(pairs) | self.types
        first = scan_csv(*pairs[0], kinds)

        def stream() -> Iterator[pa.RecordBatch]:
            for index, (path, header) in enumerate(pairs):
                with reading_csv(path):
                    yield from first if index == 0 else scan_csv(path, header, kinds)

        return pa.RecordBatchReader.from_batches(first.schema, stream())


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
    import pyarrow as pa

    for name, kind in types.items():
        if name not in names:
            raise DataError(
                f"a type is given for column '{name}', which is not there; {closest(name, names)}",
                where=str(path),
                fix="correct the name in `types`",
            )
        try:
            found = connect().sql(f"select null::{kind}").to_arrow_table().schema.types[0]
        except duckdb.Error as error:
            raise DataError(
                f"'{kind}', given for column '{name}', is no type: {str(error).splitlines()[0]}",
                where=str(path),
                fix="use a type of DuckDB, for instance VARCHAR, BIGINT, DOUBLE, BOOLEAN, DATE or TIMESTAMP",
            ) from error
        if isinstance(found, pa.OpaqueType):
            raise DataError(
                f"'{kind}', given for column '{name}', is no type of Arrow, so nobody could read the column",
                where=str(path),
                fix="read it as text: VARCHAR",
            )
