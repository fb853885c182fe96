"""Rows as a BigQuery table, by a load job from Parquet."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from penstock.core.error import DataError, closest
from penstock.ml.data.parquet import canonical_schema, write_parquet
from penstock.ml.data.source.bigquery_client import module, read_place
from penstock.ml.data.source.bigquery_type import bigquery_fields
from penstock.ml.data.stream import open_stream

_MODES = {"append": "WRITE_APPEND", "fail": "WRITE_EMPTY", "replace": "WRITE_TRUNCATE"}


def write_bigquery(
    rows: Any, uri: str, *, table: str, mode: str = "fail", location: str = "", api_endpoint: str = ""
) -> int:
    """Load rows into a table, all or none.

    The rows are written to a temporary Parquet file, so memory stays bounded.

    Parameters
    ----------
    rows : anything with ``__arrow_c_stream__``
        Read once. Types become those of `penstock.ml.data.source.bigquery_type.bigquery_fields`.
    uri : str
        ``bigquery://PROJECT/DATASET``.
    table : str
        Its name; made if it is not there.
    mode : str
        What to do with a table that has rows: ``fail``, ``append`` or ``replace``.
    location : str
        Where the job runs: ``EU``, ``us-central1``, ...
    api_endpoint : str
        Another address of the service, used without credentials.

    Returns
    -------
    int
        Number of rows.

    Raises
    ------
    DataError
        If a column has no type or name that BigQuery takes, or the service refuses.
    MissingDependencyError
        If the client is not installed.
    """
    place = read_place(uri, location=location, api_endpoint=api_endpoint)
    where = f"{place}: table {table}"
    if mode not in _MODES:
        raise DataError(f"there is no mode '{mode}'; {closest(mode, _MODES)}", where=where, fix="use one of them")
    reader = open_stream(rows, where=where)
    fields = bigquery_fields(canonical_schema(reader.schema, where=where), where=where)
    with tempfile.TemporaryDirectory(prefix="penstock-load-") as folder:
        file = Path(folder) / "rows.parquet"
        count = write_parquet(reader, file, where=where)
        with place.told(where), file.open("rb") as content:
            job = place.client.load_table_from_file(
                content,
                place.full_name(table),
                size=file.stat().st_size,
                job_config=_config(fields, mode),
                timeout=place.patience["timeout"],
            )
            job.result(**place.patience)
    return count


def _config(fields: list[dict[str, Any]], mode: str) -> Any:
    bigquery = module("google.cloud.bigquery")
    options = bigquery.ParquetOptions()
    # Otherwise a list is a struct of a list of structs.
    options.enable_list_inference = True
    return bigquery.LoadJobConfig(
        source_format=bigquery.SourceFormat.PARQUET,
        parquet_options=options,
        schema=[bigquery.SchemaField.from_api_repr(field) for field in fields],
        write_disposition=_MODES[mode],
        create_disposition="CREATE_IF_NEEDED",
    )
