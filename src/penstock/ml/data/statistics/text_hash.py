"""DuckDB's hash of texts, and the short form of long ones."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from penstock.ml.data.connection import connect

if TYPE_CHECKING:
    import duckdb

PROBE = "penstock"
"""Its hash tells whether two samples were made with the same hash function."""

LONG_BYTES = 1024
"""Texts with more bytes stand for themselves in short form."""

_HEAD_CHARACTERS = 64


def hashes_of(values: pa.Array) -> np.ndarray:
    """DuckDB's ``hash`` of each text.

    Parameters
    ----------
    values : pyarrow.StringArray, shape (n,)
        Without nulls.

    Returns
    -------
    ndarray of uint64, shape (n,)
    """
    if not len(values):
        return np.empty(0, dtype=np.uint64)
    cursor = _connection().cursor()
    try:
        cursor.register("given", pa.table({"value": values}))
        found = cursor.execute("SELECT hash(value) AS hash FROM given").fetchnumpy()["hash"]
    finally:
        cursor.close()
    return np.asarray(found, dtype=np.uint64)


@lru_cache(maxsize=1)
def probe() -> int:
    """Hash of `PROBE` in the DuckDB that is installed."""
    return int(hashes_of(pa.array([PROBE]))[0])


def long_text(text: str) -> str:
    """A text as it is counted: itself, or its beginning and a digest of the whole where it has over 1024 bytes.

    Examples
    --------
    >>> long_text("short")
    'short'
    >>> long_text("a" * 2000)[60:]
    'aaaa…#7c1c566ab4cdb11ac8971191694e8bec'
    """
    data = text.encode()
    if len(data) <= LONG_BYTES:
        return text
    return f"{text[:_HEAD_CHARACTERS]}…#{hashlib.md5(data, usedforsecurity=False).hexdigest()}"


def long_text_sql(column: str) -> str:
    """`long_text` in SQL.

    Parameters
    ----------
    column : str
        An expression of type VARCHAR.
    """
    return (
        f"CASE WHEN strlen({column}) > {LONG_BYTES} "
        f"THEN left({column}, {_HEAD_CHARACTERS}) || '…#' || md5({column}) ELSE {column} END"
    )


@lru_cache(maxsize=1)
def _connection() -> duckdb.DuckDBPyConnection:
    return connect()
