"""The answer to a query of a PostgreSQL server as a source, fetched as Arrow in batches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar

from penstock.core.error import DataError
from penstock.core.plugin import require
from penstock.ml.data.connection import quote_name
from penstock.ml.data.source.postgres_error import explain
from penstock.ml.data.source.postgres_type import array_columns, final_column, final_schema, select_list
from penstock.ml.data.source.sql import check_names, own_options, read_request
from penstock.ml.data.source.sql_url import DatabaseUrl

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH_BYTES = 4 << 20
_FETCH = {"adbc.postgresql.batch_size_hint_bytes": str(_BATCH_BYTES)}
_BATCH_ROWS = 65_536


class PostgresSource:
    """Rows of a PostgreSQL server; they are read in a read-only transaction, in UTC.

    Numbers declared ``numeric(p, s)`` with up to 38 digits are decimals, other ``numeric`` doubles (a number over
    2^53 that a double cannot hold is refused). What Arrow has no type for (ranges, networks, intervals, composite
    types) comes as text in PostgreSQL's form, and so do uuid and json.

    Parameters
    ----------
    uri : str
        ``postgresql://user@host:5432/database``, with the options of libpq; ``?table=NAME`` may stand in it, too.
        Best leave the password out: libpq takes it from ``PGPASSWORD`` or ``~/.pgpass``. It is never shown.
    query : str
        One SELECT. Without ORDER BY the server may give the rows in another order each time.
    table : str
        Instead of a query: a table or view, by its name as it is stored.
    key : str
        Stands for the content in the cache key; without one, the answer is never cached.
    """

    capabilities: ClassVar[frozenset[str]] = frozenset({"key", "query"})

    def __init__(self, uri: str, *, query: str = "", table: str = "", key: str = "") -> None:
        base, options = own_options(uri)
        scheme, mark, rest = base.partition("://")
        self._url = DatabaseUrl(scheme.partition("+")[0] + mark + rest)
        self.uri = self._url.shown
        self._request = read_request(self.uri, options, {"query": query, "table": table, "key": key})

    def __repr__(self) -> str:
        return f"postgresql {self._request.where}"

    def fingerprint(self) -> str:
        """Digest of database, query and key; empty without a key."""
        return self._request.fingerprint()

    def read(self) -> pa.RecordBatchReader:
        """The rows, streamed.

        Raises
        ------
        DataError
            If the server cannot be reached or refuses, the query fails, a table is not there (the closest name is
            offered), columns share a name, or a value has no place in its column's type; while streaming, too.
        MissingDependencyError
            If the driver is not installed.
        """
        import pyarrow as pa

        inner = self._request.select(quote_name)
        with self._cursor() as cursor:
            found = cursor.adbc_execute_schema(f"SELECT * FROM ({inner}\n) AS q")
            check_names(found.names, self._request.where)
            query = f"SELECT {select_list(found)}{_dimensions(found)} FROM ({inner}\n) AS q"
            raw = cursor.adbc_execute_schema(query)
        schema = final_schema(raw)
        schema = pa.schema([schema.field(index) for index in range(len(found))])
        return pa.RecordBatchReader.from_batches(schema, self._stream(query, raw, schema))

    def _stream(self, query: str, raw: pa.Schema, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        with self._cursor() as cursor:
            cursor.execute(query)
            reader = cursor.fetch_record_batch()
            if not reader.schema.equals(raw):
                raise DataError(
                    "the table's columns changed while it was read", where=self._request.where, fix="read it again"
                )
            for batch in reader:
                yield from self._batches(batch, schema)

    def _batches(self, batch: pa.RecordBatch, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        where = self._request.where
        self._check_dimensions(batch, schema)
        columns = [
            final_column(batch.column(index), field.type, name=field.name, where=where)
            for index, field in enumerate(schema)
        ]
        whole = pa.RecordBatch.from_arrays(columns, schema=schema)
        for start in range(0, whole.num_rows, _BATCH_ROWS):
            yield whole.slice(start, _BATCH_ROWS)

    def _check_dimensions(self, batch: pa.RecordBatch, schema: pa.Schema) -> None:
        """The driver would give the numbers of a matrix as one long list."""
        import pyarrow.compute as pc

        for offset, name in enumerate(array_columns(schema)):
            most = pc.max(batch.column(len(schema) + offset)).as_py() or 0
            if most > 1:
                raise DataError(
                    f"column '{name}' holds arrays of {most} dimensions",
                    where=self._request.where,
                    fix="select its parts as columns of their own, or to_jsonb of it",
                )

    @contextmanager
    def _cursor(self) -> Iterator[Any]:
        """A cursor in a read-only transaction; failures of the server are told in our form."""
        import pyarrow as pa

        driver = require("adbc_driver_postgresql.dbapi", extra="postgres", where="source 'postgresql'")
        connection: Any = None
        try:
            connection = driver.connect(self._url.url)
            with connection.cursor(adbc_stmt_kwargs=_FETCH) as cursor:
                cursor.execute("SET TRANSACTION READ ONLY")
                cursor.execute("SET LOCAL TIME ZONE 'UTC'")
                yield cursor
        except (driver.Error, OSError, pa.ArrowException) as error:
            raise explain(error, connection, self._url, self._request) from error
        finally:
            if connection is not None:
                connection.close()


def _dimensions(schema: pa.Schema) -> str:
    return "".join(f", array_ndims(q.{quote_name(name)})" for name in array_columns(schema))
