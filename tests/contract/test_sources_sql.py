from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest
from bigquery_service import Service, bigquery_service
from servers import new_postgres_url

from penstock.core.protocol import Source
from penstock.testing.source_contract import SourceContract


class TestSqlite(SourceContract):
    entry_point = "sqlite"

    def write(self, folder: Path, numbers: list[int]) -> str:
        path = folder / "a.db"
        path.unlink(missing_ok=True)
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE numbers (n INTEGER)")
            connection.executemany("INSERT INTO numbers VALUES (?)", [(number,) for number in numbers])
            connection.commit()
        return f"sqlite:///{path}?table=numbers"

    def missing(self, folder: Path) -> str:
        return f"sqlite:///{folder}/nothing.db?table=numbers"


class TestSqliteQuery(TestSqlite):
    def write(self, folder: Path, numbers: list[int]) -> str:
        return super().write(folder, numbers).replace("table=numbers", "query=SELECT%20n%20FROM%20numbers%20--%20all")

    def missing(self, folder: Path) -> str:
        return f"{folder}/a.db?table=nothing"


class TestDuckDB(SourceContract):
    entry_point = "duckdb"

    @pytest.fixture(autouse=True)
    def place(self) -> None:
        self.files: dict[tuple[int, ...], bytes] = {}

    def write(self, folder: Path, numbers: list[int]) -> str:
        # DuckDB gives each new file an identifier of its own: the same rows in another file are other bytes.
        path = folder / "a.duckdb"
        path.unlink(missing_ok=True)
        if tuple(numbers) not in self.files:
            with duckdb.connect(path) as connection:
                connection.execute("CREATE TABLE numbers (n BIGINT)")
                connection.execute("INSERT INTO numbers SELECT unnest(?::BIGINT[])", [numbers])
            self.files[tuple(numbers)] = path.read_bytes()
        path.write_bytes(self.files[tuple(numbers)])
        return f"duckdb:///{path}?table=numbers"

    def missing(self, folder: Path) -> str:
        return f"duckdb:///{folder}/a.duckdb?table=nothing"


class TestPostgres(SourceContract):
    entry_point = "postgresql"

    @pytest.fixture(autouse=True)
    def place(self) -> None:
        pytest.importorskip("adbc_driver_postgresql", reason="pip install 'penstock[postgres]'")
        self.url = new_postgres_url()

    def write(self, folder: Path, numbers: list[int]) -> str:
        import psycopg

        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("DROP TABLE IF EXISTS numbers; CREATE TABLE numbers (n bigint)")
            connection.execute("INSERT INTO numbers SELECT unnest(%s::bigint[])", [numbers])
        return f"{self.url}&table=numbers"

    def missing(self, folder: Path) -> str:
        return f"{self.url}&table=nothing"


class TestBigQuery(SourceContract):
    entry_point = "bigquery"

    @pytest.fixture(autouse=True)
    def place(self) -> Iterator[None]:
        pytest.importorskip("google.cloud.bigquery", reason="pip install 'penstock[bigquery]'")
        with bigquery_service() as self.service:
            self.service.page_rows = 1000
            yield

    service: Service

    def write(self, folder: Path, numbers: list[int]) -> str:
        self.service.fields = [{"name": "n", "type": "INTEGER", "mode": "NULLABLE"}]
        self.service.rows = [[str(number)] for number in numbers]
        return "bigquery://my-project/city?table=numbers"

    def missing(self, folder: Path) -> str:
        self.service.error = (404, "notFound", "Not found: Table my-project:city.nothing was not found")
        return "bigquery://my-project/city?table=nothing"

    def open(self, uri: Any, **options: Any) -> Source:
        return super().open(uri, api_endpoint=self.service.endpoint, **options)
