"""One CSV file read with given types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from penstock.ml.data.connection import connect, file_list, quote_name, quote_text
from penstock.ml.data.parquet import batch_rows
from penstock.ml.data.source.csv_error import csv_error
from penstock.ml.data.source.csv_header import MAX_LINE_BYTES, Header

if TYPE_CHECKING:
    import pyarrow as pa

TEXT = "VARCHAR"


@contextmanager
def reading_csv(path: Path) -> Iterator[None]:
    """Failures of DuckDB while it reads a CSV file, told in our form."""
    import duckdb

    try:
        yield
    except (duckdb.Error, OSError) as error:
        raise csv_error(path, error) from error


def scan_csv(path: Path, header: Header, kinds: Mapping[str, str]) -> pa.RecordBatchReader:
    """The rows of a file, streamed.

    Parameters
    ----------
    path : Path
    header : Header
        Of that file.
    kinds : mapping of str to str
        DuckDB type of each column, perhaps of further ones.

    Raises
    ------
    DataError
        If the file is malformed or a value is not of its type; while streaming, too, within `reading_csv`.
    """
    with reading_csv(path):
        return connect().sql(_select(path, header, kinds)).to_arrow_reader(batch_rows(len(header.names)))


def text_query(path: Path, header: Header, columns: str) -> str:
    """A SELECT of expressions over the columns as text."""
    return f"select {columns} from ({_select(path, header, dict.fromkeys(header.names, TEXT))})"


def has_values(path: Path, header: Header, name: str) -> bool:
    """Whether a column has a value in any row."""
    column = quote_name(name)
    with reading_csv(path):
        query = f"{text_query(path, header, column)} where {column} is not null limit 1"
        return bool(connect().sql(query).fetchall())


def read_arguments(path: Path, header: Header) -> str:
    """Arguments that leave DuckDB nothing to guess but the types."""
    (name,) = file_list([path])
    return (
        f"{quote_text(name)}, delim={quote_text(header.delimiter)}, quote='\"', escape='\"', header=true, "
        f"skip=0, comment='', max_line_size={MAX_LINE_BYTES}, buffer_size={2 * MAX_LINE_BYTES}"
    )


def _select(path: Path, header: Header, kinds: Mapping[str, str]) -> str:
    columns = ", ".join(f"{quote_text(name)}: {quote_text(kinds[name])}" for name in header.names)
    return f"select * from read_csv({read_arguments(path, header)}, auto_detect=false, columns={{{columns}}})"
