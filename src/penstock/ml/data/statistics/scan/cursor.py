"""DuckDB for the threads of a scan: one database, a cursor of its own for each."""

from __future__ import annotations

from threading import Lock, local
from typing import TYPE_CHECKING

import pyarrow as pa

from penstock.ml.data.connection import confine, connect

if TYPE_CHECKING:
    import duckdb


_ALL_BYTES = 1 << 28
_MOST_BYTES = 1 << 25
_LEAST_BYTES = 1 << 16


class Cursors:
    """Cursors over one bounded database, which is made when first asked for."""

    def __init__(self) -> None:
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._lock = Lock()
        self._local = local()
        self._users = 0

    def enlist(self) -> None:
        """One more collector keeps texts here before they are grouped."""
        with self._lock:
            self._users += 1

    @property
    def buffer_bytes(self) -> int:
        """What each collector may keep: together they stay bounded, however many columns and slices there are."""
        return max(_LEAST_BYTES, min(_MOST_BYTES, _ALL_BYTES // max(self._users, 1)))

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
