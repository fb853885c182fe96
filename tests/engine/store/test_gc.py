from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.core.artifact import ArtifactRef
from penstock.core.protocol import BlobStore
from penstock.core.record import Batch
from penstock.engine.store import Store, collect_garbage, open_blobs, open_store
from penstock.testing.records import some_batch, some_execution, some_run


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    yield store
    store.close()


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return open_blobs(str(tmp_path / "blobs"), cache=tmp_path)


def commit(blobs: BlobStore, text: str, *, age_s: float = 7200) -> str:
    staged = blobs.stage()
    (staged / "a").write_text(text)
    digest = blobs.commit(staged).digest
    manifest = blobs.fetch(digest) / "manifest.json"
    then_ns = manifest.stat().st_mtime_ns - int(age_s * 1e9)
    os.utime(manifest, ns=(then_ns, then_ns))
    return digest


def there(blobs: BlobStore) -> set[str]:
    return {info.digest for info in blobs.blobs()}


def test_what_no_run_reaches_is_removed(store: Store, blobs: BlobStore) -> None:
    output, package, garbage = (commit(blobs, text) for text in ("output", "package", "garbage"))
    record = some_execution("r1", "s", outputs={"o": ArtifactRef("File", output, 1)})
    store.runs.record(Batch(run=some_run("r1", package_digest=package), executions=(record,)))
    report = collect_garbage(store, blobs, dry_run=True)
    assert [info.digest for info in report.removed] == [garbage]
    assert there(blobs) == {output, package, garbage}
    report = collect_garbage(store, blobs)
    assert ([info.digest for info in report.removed], report.num_kept, report.freed_bytes) == ([garbage], 2, 7)
    assert there(blobs) == {output, package}
    store.runs.forget(["r1"])
    collect_garbage(store, blobs)
    assert there(blobs) == set()


def test_the_young_stay(store: Store, blobs: BlobStore) -> None:
    young, old = commit(blobs, "young", age_s=3000), commit(blobs, "old", age_s=4000)
    collect_garbage(store, blobs)
    assert there(blobs) == {young}
    assert old not in there(blobs)
    collect_garbage(store, blobs, min_age_s=10)
    assert there(blobs) == set()


def test_made_under_a_live_lease_stays(store: Store, blobs: BlobStore) -> None:
    before = commit(blobs, "before", age_s=10)
    lease = store.leases.acquire("run:r1", ttl_s=60)
    since = commit(blobs, "since", age_s=0)
    collect_garbage(store, blobs, min_age_s=0)
    assert there(blobs) == {since}
    assert before not in there(blobs)
    store.leases.release(lease)
    collect_garbage(store, blobs, min_age_s=0)
    assert there(blobs) == set()


def test_written_again_meanwhile_stays(store: Store, blobs: BlobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = commit(blobs, "x")
    reachable = store.lineage.reachable

    def write_then_look() -> set[str]:
        commit(blobs, "x", age_s=0)
        return reachable()

    monkeypatch.setattr(store.lineage, "reachable", write_then_look)
    assert collect_garbage(store, blobs).removed == ()
    assert there(blobs) == {digest}


def test_staging_of_dead_processes_is_removed(store: Store, blobs: BlobStore) -> None:
    mine = blobs.stage()
    host, _, _, token = mine.name.rsplit("-", 3)
    dead = mine.with_name(f"{host}-4194305-1-{token}")
    dead.mkdir()
    assert collect_garbage(store, blobs, dry_run=True).staging == (str(dead),)
    assert dead.exists()
    assert collect_garbage(store, blobs).staging == (str(dead),)
    assert mine.exists()
    assert not dead.exists()


def test_run_that_records_while_garbage_is_collected(store: Store, blobs: BlobStore) -> None:
    digest = commit(blobs, "x")
    store.runs.record(some_batch("r1", some_execution("r1", "s", outputs={"o": ArtifactRef("File", digest, 1)})))
    collect_garbage(store, blobs, min_age_s=0)
    assert there(blobs) == {digest}
