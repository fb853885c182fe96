"""DuckDB for the threads of a scan: one database, a cursor of its own for each."""

from __future__ import annotations

from threading import Lock, local
from typing import TYPE_CHECKING

import pyarrow as pa

from penstock.ml.data.connection import confine, connect

if TYPE_CHECKING:
    import duckdb


class Cursors:
    """Cursors over one bounded database, which is made when first asked for."""

    def __init__(self) -> None:
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._lock = Lock()
        self._local = local()

    def mine(self) -> duckdb.DuckDBPyConnection:
        """The cursor of the thread that asks."""
        found: duckdb.DuckDBPyConnection | None = getattr(self._local, "cursor", None)
        if found is None:
            with self._lock:
                if self._connection is None:
                    self._connection = connect()
                    confine(self._connection)
                found = self._local.cursor = self._connection.cursor()
        return found

    def answer(self, query: str, rows: pa.Table) -> pa.Table:
        """Answer to a query over a table that it calls ``given``."""
        cursor = self.mine()
        cursor.register("given", rows)
        try:
            return cursor.sql(query).to_arrow_table()
        finally:
            cursor.unregister("given")

    def close(self) -> None:
        """Give back the memory; files that were spilled go too."""
        if self._connection is not None:
            self._connection.close()
