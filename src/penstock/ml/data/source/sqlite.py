"""The answer to a query of an SQLite database file as a source."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import quote

from penstock.core.error import DataError
from penstock.ml.data.connection import quote_name
from penstock.ml.data.parquet import batch_rows
from penstock.ml.data.source.database_file import SQLITE, DatabaseFile
from penstock.ml.data.source.sql import check_names, no_table
from penstock.ml.data.source.sqlite_type import Column, infer_columns

if TYPE_CHECKING:
    import pyarrow as pa

_WAIT_S = 5.0
_HEADER_BYTES = 100
_TABLES = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite~_%' ESCAPE '~'"


class SqliteSource:
    """Rows of an SQLite database file, which is only read.

    SQLite's columns have no types, its values have. So the type of a column is found over **all** rows: whole
    numbers, floating point (if any number has a point), bytes, or text. Texts that are all ISO dates, or all ISO
    timestamps, become dates or timestamps. A column of texts and numbers is text. A whole number over 2^53 among
    floating point numbers is refused, and so are bytes among anything else. A column without any value is text.

    Parameters
    ----------
    uri : str
        ``sqlite:///city.db`` (relative), ``sqlite:////srv/city.db``, or a path; ``?table=NAME`` may follow.
    query : str
        One SELECT in SQLite's dialect.
    table : str
        Instead of a query: a table or view.
    key : str
        Stands for the content in the cache key; by default the file's own content does.
    """

    capabilities: ClassVar[frozenset[str]] = frozenset({"fingerprint", "key", "query"})

    def __init__(self, uri: str, *, query: str = "", table: str = "", key: str = "") -> None:
        self._file = DatabaseFile.asked(uri, SQLITE, query=query, table=table, key=key)
        self._request = self._file.request

    def __repr__(self) -> str:
        return f"sqlite {self._request.where}"

    def fingerprint(self) -> str:
        """Digest of the file's content (with its write-ahead log) and the query, or of the key.

        Raises
        ------
        DataError
            If there is no such file.
        """
        return self._file.fingerprint()

    def read(self) -> pa.RecordBatchReader:
        """The rows, streamed; the query runs twice, for the types and for the rows.

        Raises
        ------
        DataError
            If there is no such file or table, it is damaged or locked, the query fails, columns share a name, or a
            column mixes what has no common type; while streaming, too.
        """
        import pyarrow as pa

        self._file.check()
        _check_whole(self._file.path)
        # A closing parenthesis on a line of its own ends no comment of the query.
        query = f"SELECT * FROM ({self._request.select(quote_name)}\n)"
        with self._connection() as connection:
            names = [column[0] for column in connection.execute(f"{query} LIMIT 0").description]
            check_names([_given_name(name, names) for name in names], self._request.where)
            columns = infer_columns(connection, query, names, where=self._request.where)
        schema = pa.schema([pa.field(column.name, column.type) for column in columns])
        return pa.RecordBatchReader.from_batches(schema, self._stream(query, columns, schema))

    def _stream(self, query: str, columns: list[Column], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        with self._connection() as connection:
            cursor = connection.execute(query)
            while rows := cursor.fetchmany(batch_rows(len(columns))):
                arrays = [
                    column.array(values, where=self._request.where)
                    for column, values in zip(columns, zip(*rows, strict=True), strict=True)
                ]
                yield pa.RecordBatch.from_arrays(arrays, schema=schema)

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """A connection that cannot write; its failures are told in our form."""
        connection: sqlite3.Connection | None = None
        try:
            connection = sqlite3.connect(
                f"file:{quote(str(self._file.path.absolute()))}?mode=ro",
                uri=True,
                timeout=_WAIT_S,
                isolation_level=None,
            )
            if sys.version_info >= (3, 12):
                # Otherwise a misspelt column in double quotes is a text, the same in every row.
                connection.setconfig(sqlite3.SQLITE_DBCONFIG_DQS_DML, False)
            yield connection
        except (sqlite3.Error, sqlite3.Warning) as error:
            raise self._explain(error, connection) from error
        finally:
            if connection is not None:
                connection.close()

    def _explain(self, error: Exception, connection: sqlite3.Connection | None) -> DataError:
        where, told = self._request.where, str(error)
        if told.startswith("no such table: ") and connection is not None:
            known = [str(name) for (name,) in connection.execute(_TABLES)]
            return no_table(told.partition(": ")[2], known, where)
        if "locked" in told or "busy" in told:
            fix = "wait until the program that writes to it has committed"
        elif "malformed" in told or "not a database" in told or "disk I/O" in told:
            fix = "restore the file from a copy, or save what can be: sqlite3 FILE .recover"
        elif "decode to UTF-8" in told:
            fix = "read the column as bytes: CAST(... AS BLOB)"
        else:
            fix = "correct the query; it is one SELECT in SQLite's dialect"
        return DataError(f"the query fails: {told}", where=where, fix=fix)


def _check_whole(path: Path) -> None:
    """SQLite takes what is missing at the end of a file for empty."""
    with path.open("rb") as file:
        head = file.read(_HEADER_BYTES)
    # Sizes are big-endian; 1 stands for 65536. The number of pages counts only if two counters agree.
    page_bytes = int.from_bytes(head[16:18], "big")
    page_bytes = 65_536 if page_bytes == 1 else page_bytes
    pages = int.from_bytes(head[28:32], "big") if head[24:28] == head[92:96] else 0
    # With another size of a page it is no database, and SQLite says so.
    expected = pages * page_bytes if page_bytes.bit_count() == 1 else 0
    found = path.stat().st_size
    if found < max(expected, _HEADER_BYTES):
        raise DataError(
            f"the file is cut off: it has {found} of {expected} bytes",
            where=str(path),
            fix="copy it again, with the program that writes to it closed",
        )


def _given_name(name: str, names: Sequence[str]) -> str:
    """The name in the query: SQLite writes the second ``a`` of an inner query as ``a:1``."""
    first, mark, number = name.rpartition(":")
    return first if mark and number.isdigit() and first in names else name
