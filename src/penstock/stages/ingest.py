"""Stage `ingest`: data from outside become a Dataset."""

from __future__ import annotations

from typing import Any

from penstock.engine.authoring import step
from penstock.ml.data.dataset import Dataset
from penstock.ml.data.source.location import AUTO

_WHERE = "stage 'ingest'"


def fingerprint_source(
    source: str,
    format: str = AUTO,
    types: dict[str, str] | None = None,
    span: int | str | None = None,
    spans: int | None = None,
    options: dict[str, Any] | None = None,
) -> str:
    """Text that changes when the content behind a source changes, or another span or version is due.

    Empty when that cannot be known. The parameters are those of the stage.
    """
    from penstock.ml.data.source.environment import check_no_secret
    from penstock.ml.data.source.format import open_source

    check_no_secret(source, _WHERE)
    given = {"types": types, "span": span, "spans": spans} | (options or {})
    return open_source(source, format=format, **given).fingerprint()


@step(fingerprint=fingerprint_source)
def ingest(
    source: str,
    *,
    format: str = AUTO,
    types: dict[str, str] | None = None,
    span: int | str | None = None,
    spans: int | None = None,
    options: dict[str, Any] | None = None,
) -> Dataset:
    """Read data from a place outside.

    Parameters
    ----------
    source : str
        A file, a folder of files of one format, a pattern (``data/**/*.csv``), or an URL (``s3://``, ``gs://``,
        ``https://``, ``postgresql://``). Where it has ``{SPAN}``, or ``{YYYY}``, ``{MM}`` and ``{DD}``, and perhaps
        ``{VERSION}``, the latest version of the latest span is read. As parameters are stored with the run, an URL
        with a password is refused: ``env:NAME`` reads it from an environment variable when the data is read.
    format : str
        ``csv``, ``parquet``, ``jsonl``, ``arrow``, ``avro``, ``tfrecord`` or any other entry point of
        ``penstock.sources``; ``auto`` goes by the URL or the endings of file names.
    types : dict of str to str, optional
        Types of columns that should not be inferred, in DuckDB's words: ``{"zip": "VARCHAR"}``.
    span : int or str, optional
        That span instead of the latest: its number, or a date as ``2026-11-20``.
    spans : int, optional
        The n latest spans instead of one.
    options : dict, optional
        Further ones of the source: ``{"union_by_name": True}``, ``{"version": 2}``, ``{"span_range": [3, 9]}``.

    Returns
    -------
    Dataset
        All rows, in order. The content of the files (their version, behind an URL) and the numbers of spans and
        versions are part of the cache key: what was edited is read again.

    Raises
    ------
    DataError
        If there is nothing, the URL holds a secret, or the data is not what its format says (with the line, where
        it can be had).
    """
    from penstock.ml.data.source.environment import check_no_secret
    from penstock.ml.data.source.format import open_source

    check_no_secret(source, _WHERE)
    given = {"types": types, "span": span, "spans": spans} | (options or {})
    return Dataset.from_source(open_source(source, format=format, **given))
