"""The answer to a query of BigQuery as a source, fetched as Arrow through the Storage Read API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from penstock.core.error import DataError
from penstock.ml.data.source.bigquery_client import module, read_place
from penstock.ml.data.source.bigquery_type import arrow_column, arrow_schema, interval_columns
from penstock.ml.data.source.sql import check_names, own_options, read_request

if TYPE_CHECKING:
    import pyarrow as pa

_PAGE_ROWS = 20_000
_WAITING_BATCHES = 2


class BigQuerySource:
    """Rows of BigQuery. Types are as `penstock.ml.data.source.bigquery_type.arrow_schema` says.

    A dry run, which costs nothing, first checks the query and tells its columns. An INTERVAL column is asked for as
    text, by a query around the given one; then an ORDER BY of the given one does not hold.

    Parameters
    ----------
    uri : str
        ``bigquery://PROJECT/DATASET``; ``?table=NAME`` may follow.
    query : str
        One SELECT in GoogleSQL; tables without a dataset are those of the URL's.
    table : str
        Instead of a query: a table or view.
    key : str
        Stands for the content in the cache key; without one, the answer is never cached.
    location : str
        Where the job runs: ``EU``, ``us-central1``, ...
    api_endpoint : str
        Another address of the service, used without credentials; rows then come through the REST service.
    """

    capabilities: ClassVar[frozenset[str]] = frozenset({"key", "query"})

    def __init__(
        self,
        uri: str,
        *,
        query: str = "",
        table: str = "",
        key: str = "",
        location: str = "",
        api_endpoint: str = "",
    ) -> None:
        base, options = own_options(uri)
        self.uri = base
        self._place = read_place(base, location=location, api_endpoint=api_endpoint)
        given = {"query": query, "table": table, "key": key}
        self._request = read_request(str(self._place), options, given)

    def __repr__(self) -> str:
        return f"bigquery {self._request.where}"

    def fingerprint(self) -> str:
        """Digest of dataset, query and key; empty without a key."""
        return self._request.fingerprint()

    def read(self) -> pa.RecordBatchReader:
        """The rows, streamed.

        Raises
        ------
        DataError
            If the service cannot be reached or refuses, the query fails or is no SELECT, a table is not there (the
            closest name is offered), columns share a name, or a type is unknown; while streaming, too.
        MissingDependencyError
            If the client is not installed.
        """
        import pyarrow as pa

        where = self._request.where
        query = self._select()
        fields = self._columns(query)
        check_names([field.name for field in fields], where)
        schema = arrow_schema(fields, where=where)
        if intervals := interval_columns(fields):
            casts = ", ".join(f"CAST(`{name}` AS STRING) AS `{name}`" for name in intervals)
            query = f"SELECT * REPLACE ({casts}) FROM (\n{query}\n)"
        return pa.RecordBatchReader.from_batches(schema, self._stream(query, schema))

    def _select(self) -> str:
        if self._request.table:
            return f"SELECT * FROM {self._place.quoted(self._request.table)}"
        return self._request.select(lambda name: name)

    def _columns(self, query: str) -> list[Any]:
        """Columns of the answer, by a dry run."""
        with self._place.told(self._request.where):
            job = self._place.client.query(query, job_config=self._config(dry_run=True), **self._place.patience)
        if job.statement_type != "SELECT":
            raise DataError(
                f"the query is a {job.statement_type or 'script'}, no SELECT",
                where=self._request.where,
                fix="write one SELECT in GoogleSQL",
            )
        return list(job.schema or ())

    def _stream(self, query: str, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        place, where = self._place, self._request.where
        with place.told(where):
            job = place.client.query(query, job_config=self._config(dry_run=False), **place.patience)
            rows = job.result(page_size=_PAGE_ROWS, **place.patience)
            batches = rows.to_arrow_iterable(bqstorage_client=place.storage_client, max_queue_size=_WAITING_BATCHES)
            for batch in batches:
                columns = [
                    arrow_column(batch.column(field.name), field.type, name=field.name, where=where) for field in schema
                ]
                yield pa.RecordBatch.from_arrays(columns, schema=schema)

    def _config(self, *, dry_run: bool) -> Any:
        config = module("google.cloud.bigquery").QueryJobConfig(dry_run=dry_run, use_query_cache=not dry_run)
        if self._place.dataset:
            config.default_dataset = f"{self._place.project}.{self._place.dataset}"
        return config
