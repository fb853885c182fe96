"""Stage `ingest`: data from outside become a Dataset."""

from __future__ import annotations

from penstock.engine.authoring import step
from penstock.ml.data.dataset import Dataset
from penstock.ml.data.source.location import AUTO


def fingerprint_source(source: str, format: str = AUTO, types: dict[str, str] | None = None) -> str:
    """Text that changes when the content behind a source changes; empty when that cannot be known."""
    from penstock.ml.data.source.format import open_source

    return open_source(source, format=format, types=types).fingerprint()


@step(fingerprint=fingerprint_source)
def ingest(source: str, *, format: str = AUTO, types: dict[str, str] | None = None) -> Dataset:
    """Read a file or folder.

    Parameters
    ----------
    source : str
        Path of a CSV or Parquet file, or of a folder with files of one of these formats and the same columns.
    format : str
        ``csv``, ``parquet`` or any other entry point of ``penstock.sources``; ``auto`` goes by the names of files.
    types : dict of str to str, optional
        Types of CSV columns that should not be inferred, in DuckDB's words: ``{"zip": "VARCHAR"}``.

    Returns
    -------
    Dataset
        All rows, in order. The content of the files is part of the cache key: an edited file is read again.

    Raises
    ------
    DataError
        If there is nothing, or it is not what its format says; with the line where it can be had.
    """
    from penstock.ml.data.source.format import open_source

    return Dataset.from_source(open_source(source, format=format, types=types))
