from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from servers import new_postgres_url
from sqlalchemy import create_engine, inspect

from penstock.core.record import Batch
from penstock.engine.store import creation, opening
from penstock.engine.store.creation import MIGRATIONS, create_tables, migrate
from penstock.engine.store.opening import open_store
from penstock.engine.store.schema import VERSION
from penstock.testing.records import some_artifact, some_batch, some_execution, some_run

Make = Callable[[Any], None]

_SECOND = """
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    # SQLite's rebuilt table is the hard case: rows of other tables refer to it.
    how = "always" if op.get_bind().dialect.name == "sqlite" else "never"
    with op.batch_alter_table("context", recreate=how) as batch:
        batch.add_column(sa.Column("note", sa.Text, nullable=False, server_default="none"))
    {more}
"""


def by_tables(connection: Any) -> None:
    create_tables(connection, VERSION)


def by_migrations(connection: Any) -> None:
    migrate(connection, VERSION)


def sqlite_layout(path: Path, make: Make) -> dict[str, Any]:
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        make(connection)
        rows = connection.exec_driver_sql("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall()
        stamp = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    engine.dispose()
    words = {name: parts(sql) for _, name, _, sql in rows if sql}
    return {"stamp": stamp, "objects": sorted(row[:3] for row in rows), "sql": words}


def parts(sql: str) -> list[str]:
    """Definitions inside a statement, in any order: constraints may stand before or after one another."""
    return sorted(part.strip() for part in " ".join(sql.replace('"', "").split()).replace("(", "(, ").split(", "))


def test_new_sqlite_store_equals_the_migrations(tmp_path: Path) -> None:
    created = sqlite_layout(tmp_path / "a.db", by_tables)
    assert created == sqlite_layout(tmp_path / "b.db", by_migrations)
    assert created["stamp"] == VERSION
    assert any("uq_execution_committed" in name for _, name, _ in created["objects"])


def test_new_postgresql_store_equals_the_migrations() -> None:
    found = []
    for make in (by_tables, by_migrations):
        url = new_postgres_url().replace("postgresql://", "postgresql+psycopg://")
        engine = create_engine(url)
        with engine.begin() as connection:
            make(connection)
            seen = inspect(connection)
            tables = {
                name: {
                    "columns": [{**column, "type": str(column["type"])} for column in seen.get_columns(name)],
                    "key": seen.get_pk_constraint(name),
                    "references": sorted(seen.get_foreign_keys(name), key=lambda key: str(key["name"])),
                    "unique": sorted(seen.get_unique_constraints(name), key=lambda key: str(key["name"])),
                }
                for name in sorted(seen.get_table_names())
            }
            indexes = connection.exec_driver_sql(
                "SELECT indexname, replace(indexdef, current_schema() || '.', '') FROM pg_indexes"
                " WHERE schemaname = current_schema() ORDER BY indexname"
            ).fetchall()
        engine.dispose()
        found.append((tables, [tuple(row) for row in indexes]))
    assert strip(found[0]) == strip(found[1])
    assert "execution" in found[0][0]


def strip(found: Any) -> str:
    """Sequences are named after the schema, which is another one in each case."""
    import re

    return re.sub(r"\bt[0-9a-f]{12}\b", "schema", repr(found))


@pytest.fixture
def second_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Make the code expect version 0002, whose migration does something more besides adding a column."""

    def expect(more: str) -> None:
        folder = tmp_path / "migrations"
        shutil.copytree(MIGRATIONS, folder, dirs_exist_ok=True)
        (folder / "versions" / "0002_second.py").write_text(_SECOND.format(more=more))
        monkeypatch.setattr(creation, "MIGRATIONS", folder)
        monkeypatch.setattr(opening, "VERSION", "0002")

    return expect


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_older_store_is_migrated_and_keeps_everything(
    kind: str, tmp_path: Path, second_version: Callable[[str], None]
) -> None:
    url = f"sqlite:///{tmp_path}/100% store.db" if kind == "sqlite" else new_postgres_url()
    old = open_store(url)
    record = some_execution("r1", "s", cache_key="k", outputs={"o": some_artifact("o")})
    old.runs.record(some_batch("r1", record))
    old.close()
    second_version("pass")
    store = open_store(url)
    assert store.runs.executions("r1") == [record]
    assert store.lineage.artifacts()[0].producers == (record,)
    store.runs.record(Batch(run=some_run("r2")))
    with store.database.read() as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == "0002"
        assert set(connection.exec_driver_sql("SELECT note FROM context").scalars()) == {"none"}
        if kind == "sqlite":
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    store.close()


def test_failed_migration_leaves_the_old_store(tmp_path: Path, second_version: Callable[[str], None]) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    open_store(url).close()
    with sqlite3.connect(tmp_path / "store.db") as connection:
        before = list(connection.iterdump())
    connection.close()
    second_version('raise RuntimeError("half way")')
    with pytest.raises(RuntimeError, match="half way"):
        open_store(url)
    with sqlite3.connect(tmp_path / "store.db") as connection:
        assert list(connection.iterdump()) == before
    connection.close()
