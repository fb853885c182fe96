from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from servers import new_postgres_url, postgres_server

from penstock.core.error import ConfigError, NewerStoreError, StoreError
from penstock.engine.store import open_store

_WRITE = """
import sys
from penstock.core.record import Batch
from penstock.engine.store import open_store
from penstock.testing.records import some_batch, some_execution, some_artifact
url, name = sys.argv[1:]
store = open_store(url)
for number in range(8):
    run = f"{name}-{number}"
    outputs = {str(i): some_artifact(str(i)) for i in (range(30) if name == "a" else reversed(range(30)))}
    lease = store.leases.acquire(f"run:{run}", ttl_s=60)
    batch = some_batch(run, *(some_execution(run, f"s{i}", outputs={"o": ref}) for i, ref in outputs.items()))
    store.runs.record(Batch(lease=lease, run=batch.run, executions=batch.executions, fingerprints={"f": 1, "g": 2}))
    store.leases.release(lease)
    if number % 3 == 0:
        store.runs.forget([run])
store.close()
"""


def test_processes_create_write_and_forget_at_once() -> None:
    url = new_postgres_url()
    writers = [
        subprocess.Popen([sys.executable, "-c", _WRITE, url, name], stderr=subprocess.PIPE, text=True) for name in "ab"
    ]
    for one in writers:
        _, said = one.communicate()
        assert one.returncode == 0, said
    store = open_store(url)
    assert len(store.runs.runs()) == 10
    assert len(store.lineage.artifacts()) == 30
    assert all(len(ref.producers) == 10 for ref in store.lineage.artifacts())
    store.close()


def test_newer_store() -> None:
    url = new_postgres_url()
    open_store(url).close()
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NewerStoreError):
        open_store(url)


def test_unreachable_server() -> None:
    with pytest.raises(StoreError) as caught:
        open_store("postgresql://me:top-secret@127.0.0.1:1/db")
    assert "start the server" in caught.value.fix
    assert caught.value.where == "postgresql://me@127.0.0.1:1/db"
    assert "top-secret" not in str(caught.value)


def test_unreadable_url() -> None:
    with pytest.raises(ConfigError) as caught:
        open_store("postgresql://me:top-secret@host:no-port/db")
    assert "top-secret" not in str(caught.value)


def test_unknown_database() -> None:
    url, _ = postgres_server()
    with pytest.raises(StoreError) as caught:
        open_store(url.replace("/postgres?", "/absent?"))
    assert "createdb" in caught.value.fix


@pytest.fixture
def guarded() -> Iterator[str]:
    """URL of a server that asks for a password, without it."""
    url, folder = postgres_server()
    rules = folder / "pg_hba.conf"
    before = rules.read_text()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE ROLE guarded LOGIN PASSWORD 'right-one'")
        connection.execute("CREATE SCHEMA guarded AUTHORIZATION guarded")
        rules.write_text("local all guarded scram-sha-256\n" + before)
        connection.execute("SELECT pg_reload_conf()")
        yield url.replace("postgres:@", "guarded:{}@")
        rules.write_text(before)
        connection.execute("SELECT pg_reload_conf()")
        connection.execute("DROP OWNED BY guarded CASCADE")
        connection.execute("DROP ROLE guarded")


def test_wrong_password_is_never_told(guarded: str) -> None:
    for url in (guarded.format("wrong-one"), guarded.replace("{}@", "@") + "&password=wrong-one"):
        with pytest.raises(StoreError) as caught:
            open_store(url)
        assert "correct user and password" in caught.value.fix
        assert "wrong-one" not in str(caught.value)
        assert "wrong-one" not in repr(caught.value)
    open_store(guarded.format("right-one")).close()


def test_lost_connection_is_made_anew(tmp_path: Path) -> None:
    url = new_postgres_url()
    store = open_store(url)
    assert store.runs.runs() == []
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    assert store.runs.runs() == []
    store.close()
