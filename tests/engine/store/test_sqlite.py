from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
from small_disk import small_disk

from penstock.core.error import StoreError
from penstock.core.record import Batch
from penstock.engine.store import check_store, open_blobs, open_store
from penstock.engine.store.sqlite import create_sqlite
from penstock.testing.records import some_run

_WRITE = """
import sys
from penstock.core.record import Batch
from penstock.engine.store import open_store
from penstock.testing.records import some_batch, some_execution, some_artifact
url, name = sys.argv[1:]
sys.stdin.readline()
store = open_store(url)
for number in range(5):
    run = f"{name}-{number}"
    lease = store.leases.acquire(f"run:{run}", ttl_s=60)
    record = some_execution(run, "s", cache_key="k", outputs={"o": some_artifact("shared")})
    store.runs.record(Batch(lease=lease, run=some_batch(run).run, executions=(record,)))
    store.lineage.hits(["k"])
    store.leases.release(lease)
store.close()
"""


def writer(url: str, name: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _WRITE, url, name], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@pytest.mark.heavy(budget_s=60)
def test_processes_create_and_write_at_once(tmp_path: Path) -> None:
    for attempt in range(20):
        url = f"sqlite:///{tmp_path}/{attempt}/store.db"
        writers = [writer(url, name) for name in ("a", "b")]
        for one in writers:
            assert one.stdin is not None
            one.stdin.write("go\n")
            one.stdin.flush()
        for one in writers:
            _, said = one.communicate()
            assert one.returncode == 0, said
        store = open_store(url)
        assert len(store.runs.runs()) == 10
        assert len(store.lineage.artifacts()) == 1
        findings = check_store(store, open_blobs(str(tmp_path), cache=tmp_path))
        assert [finding for finding in findings if "blob" not in finding.what and finding.severity == "error"] == []
        store.close()


def test_killed_while_creating_leaves_no_store_or_a_whole_one(tmp_path: Path) -> None:
    chance = random.Random(7)
    code = "import sys; from penstock.engine.store.sqlite import create_sqlite; from pathlib import Path\n"
    code += "import penstock.engine.store.creation; print(flush=True); create_sqlite(Path(sys.argv[1]))"
    begin = time.perf_counter()
    create_sqlite(tmp_path / "undisturbed.db")
    usual_s = time.perf_counter() - begin
    seen = set()
    for attempt in range(15):
        path = tmp_path / "ws" / f"{attempt}.db"
        process = subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=chance.uniform(0, usual_s) if attempt else 0)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        seen.add(path.exists())
        if path.exists():
            with sqlite3.connect(path) as whole:
                assert whole.execute("PRAGMA integrity_check").fetchone() == ("ok",)
                assert whole.execute("SELECT count(*) FROM alembic_version").fetchone() == (1,)
            whole.close()
        store = open_store(f"sqlite:///{path}")
        store.runs.record(Batch(run=some_run("r1")))
        store.close()
        left = {name.name for name in path.parent.iterdir() if name.name.startswith(f".{attempt}")}
        assert left == set()
    assert False in seen, "the first was killed at once"


def test_settings_of_the_connection(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    with store.database.read() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30000}
    store.close()


def test_threads_share_a_store(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.db")

    def write(name: int) -> None:
        for number in range(10):
            store.runs.record(Batch(run=some_run(f"{name}-{number}")))
            store.runs.runs(limit=1)

    threads = [threading.Thread(target=write, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.runs.runs()) == 40
    store.close()


def test_look_ups_use_their_indexes(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    queries = {
        "ix_execution_cache_key": "SELECT max(id) FROM execution WHERE state IN ('complete', 'cached')"
        " AND cache_key IN ('a', 'b') GROUP BY cache_key",
        "ix_execution_step": "SELECT id FROM execution WHERE state IN ('complete', 'cached')"
        " AND step = 's' AND item = 1",
    }
    with store.database.read() as connection:
        for index, query in queries.items():
            plan = connection.exec_driver_sql("EXPLAIN QUERY PLAN " + query).fetchall()
            assert any(index in row[-1] for row in plan), plan
    store.close()


def test_file_where_the_folder_must_be(tmp_path: Path) -> None:
    (tmp_path / "ws").write_text("a file")
    with pytest.raises(StoreError) as caught:
        open_store(f"sqlite:///{tmp_path}/ws/store.db")
    assert "a file stands" in caught.value.fix
    assert str(tmp_path) in caught.value.where


def test_read_only_disk(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", size="4m") as disk:
        store = open_store(f"sqlite:///{disk.path}/store.db")
        store.runs.record(Batch(run=some_run("r1")))
        store.close()
        disk.make_read_only()
        for name in ("store.db", "new/store.db"):
            with pytest.raises(StoreError) as caught:
                open_store(f"sqlite:///{disk.path}/{name}").runs.record(Batch(run=some_run("r2")))
            assert "writable" in caught.value.fix


def test_full_disk(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", size="4m") as disk:
        store = open_store(f"sqlite:///{disk.path}/store.db")
        store.runs.record(Batch(run=some_run("r1")))
        disk.fill()
        with pytest.raises(StoreError, match="full") as caught:
            store.runs.record(Batch(run=some_run("big", properties={"text": "x" * 5_000_000})))
        assert "free space" in caught.value.fix
        assert store.runs.run("r1")
        with pytest.raises(StoreError) as caught:
            open_store(f"sqlite:///{disk.path}/new/store.db")
        assert not os.path.exists(disk.path / "new" / "store.db")
        disk.free()
        store.runs.record(Batch(run=some_run("r2")))
        assert [run.run for run in store.runs.runs(limit=1)] == ["r2"]
        with store.database.read() as connection:
            assert store.database.dialect.integrity(connection) == []
        store.close()


def test_damaged_file(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    store = open_store(f"sqlite:///{path}")
    store.runs.record(Batch(run=some_run("r1", properties={"text": "x" * 50_000})))
    store.close()
    whole = path.read_bytes()
    path.write_bytes(whole[: 4096 * 2] + b"\xff" * (len(whole) - 4096 * 2))
    with pytest.raises(StoreError) as caught:
        open_store(f"sqlite:///{path}").runs.runs()
    assert "backup" in caught.value.fix
