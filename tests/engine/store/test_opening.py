from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from penstock.core.error import ConfigError, NewerStoreError, StoreError
from penstock.core.protocol import Leases, Lineage, MetricLog, RunLog
from penstock.core.record import Batch
from penstock.engine.store import open_store, store_exists
from penstock.engine.store.schema import VERSION
from penstock.testing.records import some_run


def test_importing_the_room_imports_nothing_heavy() -> None:
    code = "import sys, penstock.engine.store; print(sorted({'sqlalchemy', 'alembic', 'fsspec'} & set(sys.modules)))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


def test_opening_an_existing_store_imports_neither_alembic_nor_the_other_dialect(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    open_store(url).close()
    code = (
        "import sys; from penstock.engine.store import open_store\n"
        "store = open_store(sys.argv[1]); store.runs.runs(limit=1); store.lineage.hits(['k']); store.close()\n"
        "heavy = ('alembic', 'sqlalchemy.dialects.postgresql', 'sqlalchemy.orm')\n"
        "print([name for name in sys.modules if name.startswith(heavy)])"
    )
    assert subprocess.check_output([sys.executable, "-c", code, url], text=True).strip() == "[]"


def test_every_name_of_the_room_is_there() -> None:
    import penstock.engine.store as room

    assert room.__all__ == sorted(room.__all__)
    for name in room.__all__:
        assert getattr(room, name).__name__ == name
    with pytest.raises(AttributeError, match="absent"):
        room.absent  # noqa: B018


def test_store_offers_the_protocols(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    assert isinstance(store.runs, RunLog)
    assert isinstance(store.lineage, Lineage)
    assert isinstance(store.leases, Leases)
    assert isinstance(store.metrics, MetricLog)
    store.close()


def test_unknown_kind_of_url() -> None:
    for url in ("mysql://u:secret@host/db", "store.db", "sqlite://", "sqlite:///"):
        with pytest.raises(ConfigError) as caught:
            open_store(url)
        assert "secret" not in str(caught.value)


@pytest.mark.parametrize("name", ["with blank", "ünï-中", "a?b#c%20d", "line\nbreak"])
def test_paths_are_taken_as_they_stand(tmp_path: Path, name: str) -> None:
    url = f"sqlite:///{tmp_path}/{name}/{name}.db"
    assert not store_exists(url)
    store = open_store(url)
    store.runs.record(Batch(run=some_run("r1")))
    store.close()
    assert store_exists(url)
    assert (tmp_path / name / f"{name}.db").is_file()
    assert open_store(url).runs.run("r1")


def test_relative_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    store = open_store("sqlite:///inner/store.db")
    monkeypatch.chdir("/")
    store.runs.record(Batch(run=some_run("r1")))
    store.close()
    assert (tmp_path / "inner" / "store.db").is_file()


def test_newer_store(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    open_store(url).close()
    restamp(tmp_path / "store.db", f"{int(VERSION) + 1:04}")
    with pytest.raises(NewerStoreError, match="upgrade penstock"):
        open_store(url)


@pytest.mark.parametrize("content", [b"", b"not a database" * 100])
def test_file_that_is_no_store(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "store.db").write_bytes(content)
    with pytest.raises(StoreError):
        open_store(f"sqlite:///{tmp_path}/store.db")
    assert (tmp_path / "store.db").read_bytes() == content, "what is not ours is left alone"


def test_database_of_another_application(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE theirs (x)")
    with pytest.raises(StoreError, match="something else"):
        open_store(f"sqlite:///{path}")
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE alembic_version (version_num VARCHAR(32))")
        other.execute("INSERT INTO alembic_version VALUES ('8f3a2c')")
    with pytest.raises(StoreError, match="something else"):
        open_store(f"sqlite:///{path}")


def restamp(path: Path, version: str) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (version,))
    connection.close()
