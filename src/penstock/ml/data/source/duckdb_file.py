"""The answer to a query of a DuckDB database file as a source."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

from penstock.core.error import DataError
from penstock.ml.data.connection import check_select, confine, connect, quote_name, quote_text, sql_error
from penstock.ml.data.parquet import batch_rows
from penstock.ml.data.source.database_file import DUCKDB, DatabaseFile
from penstock.ml.data.source.sql import check_names, no_table

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

_AS_TEXT = ("bit", "enum", "interval", "time with time zone", "union")
_WIDE = ("hugeint", "uhugeint")
_MAY_BE_INFINITE = ("date", "timestamp", "timestamp_s", "timestamp_ms", "timestamp_ns", "timestamp with time zone")
_TABLES = """
SELECT CASE WHEN table_schema = current_schema() THEN '' ELSE table_schema || '.' END || table_name
FROM information_schema.tables WHERE table_catalog = current_database() ORDER BY 1
"""


class DuckDBSource:
    """Rows of a DuckDB database file, which is only read; the query sees no other file.

    Intervals, bits, unions, enumerations and times with a zone come as text, whole numbers of 128 bits as
    decimals of 38 digits, arrays as lists.

    Parameters
    ----------
    uri : str
        ``duckdb:///city.duckdb`` (relative), ``duckdb:////srv/city.duckdb``, or a path; ``?table=NAME`` may follow.
    query : str
        One SELECT in DuckDB's dialect.
    table : str
        Instead of a query: a table or view.
    key : str
        Stands for the content in the cache key; by default the file's own content does.
    """

    capabilities: ClassVar[frozenset[str]] = frozenset({"fingerprint", "key", "query"})

    def __init__(self, uri: str, *, query: str = "", table: str = "", key: str = "") -> None:
        self._file = DatabaseFile.asked(uri, DUCKDB, query=query, table=table, key=key)
        self._request = self._file.request

    def __repr__(self) -> str:
        return f"duckdb {self._request.where}"

    def fingerprint(self) -> str:
        """Digest of the file's content and the query, or of the key.

        Raises
        ------
        DataError
            If there is no such file.
        """
        return self._file.fingerprint()

    def read(self) -> pa.RecordBatchReader:
        """The rows, streamed.

        Raises
        ------
        DataError
            If there is no such file or table, another process writes to it, it is damaged, the query fails or reads
            other files, or a value has no place in its column's type; while streaming, too.
        """
        import pyarrow as pa

        self._file.check()
        if self._request.query:
            check_select(self._request.query)
        with self._database() as connection:
            reader = self._open(connection)
        return pa.RecordBatchReader.from_batches(reader.schema, self._stream(reader.schema))

    def _stream(self, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        with self._database() as connection:
            reader = self._open(connection)
            if not reader.schema.equals(schema):
                raise DataError(
                    "the table's columns changed while it was read", where=self._request.where, fix="read it again"
                )
            yield from reader

    def _open(self, connection: duckdb.DuckDBPyConnection) -> pa.RecordBatchReader:
        relation = connection.sql(self._request.select(quote_name))
        check_names(relation.columns, self._request.where)
        columns = ", ".join(
            _expression(name, kind) for name, kind in zip(relation.columns, relation.types, strict=True)
        )
        plain = cast("duckdb.DuckDBPyRelation", relation.query("q", f"SELECT {columns} FROM q"))
        return plain.to_arrow_reader(batch_rows(len(relation.columns)))

    @contextmanager
    def _database(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection that sees this file alone; its failures are told in our form."""
        import duckdb
        import pyarrow as pa

        connection = connect()
        try:
            _attach(connection, self._file.path)
            yield connection
        except (duckdb.Error, pa.ArrowException, OSError) as error:
            raise self._explain(error, connection) from error
        finally:
            connection.close()

    def _explain(self, error: Exception, connection: duckdb.DuckDBPyConnection) -> DataError:
        import duckdb

        where = self._request.where
        told = str(error).splitlines()[0]
        if isinstance(error, duckdb.CatalogException) and self._request.table and "does not exist" in told:
            known = [str(name) for (name,) in connection.execute(_TABLES).fetchall()]
            return no_table(self._request.table, known, where)
        if isinstance(error, duckdb.PermissionException):
            return DataError(told, where=where, fix="read only tables of the database; other files have sources of own")
        if isinstance(error, (duckdb.IOException, OSError)) or "Corrupt" in told:
            return DataError(told, where=where, fix="the file is damaged or cut off: restore it from a copy")
        found = sql_error(error, where)
        is_ours = "`this`" in found.fix  # here it is no data set
        return DataError(found.what, where=where, fix="correct the query, or the rows it reads") if is_ours else found


def _attach(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    import duckdb

    try:
        connection.execute(f"ATTACH {quote_text(str(path))} AS source (READ_ONLY)")
    except duckdb.Error as error:
        told = str(error).splitlines()[0]
        is_busy = "lock" in told or "different configuration" in told or "already attached" in told
        raise DataError(
            f"the database cannot be opened: {told}",
            where=str(path),
            fix="close the program or connection that writes to it"
            if is_busy
            else "it may be damaged, or of a newer version of DuckDB: restore it, or update duckdb",
        ) from error
    connection.execute("USE source")
    confine(connection)


def _expression(name: str, kind: Any) -> str:
    """The column, in a type that Arrow, Parquet and all that reads them share."""
    column = f"q.{quote_name(name)}"
    if kind.id in _MAY_BE_INFINITE:
        what = quote_text(f"column '{name}' holds infinity; NULLIF(..., 'infinity') makes it a missing value")
        return f"CASE WHEN isinf({column}) THEN error({what}) ELSE {column} END AS {quote_name(name)}"
    plain = _plain_type(kind)
    return f"CAST({column} AS {plain}) AS {quote_name(name)}" if plain != str(kind) else column


def _plain_type(kind: Any) -> str:
    if kind.id in _AS_TEXT:
        return "VARCHAR"
    if kind.id in _WIDE:
        return "DECIMAL(38,0)"
    if kind.id in ("list", "array"):
        return _plain_type(kind.children[0][1]) + "[]"
    if kind.id == "struct":
        return f"STRUCT({', '.join(f'{quote_name(name)} {_plain_type(part)}' for name, part in kind.children)})"
    return str(kind)
