from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.core.artifact import ArtifactRef
from penstock.core.protocol import BlobStore
from penstock.core.record import Batch
from penstock.engine.store import Finding, Store, check_store, open_blobs, open_store, repair
from penstock.testing.records import some_batch, some_digest, some_execution, some_run


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    yield store
    store.close()


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return open_blobs(str(tmp_path / "blobs"), cache=tmp_path)


def commit(blobs: BlobStore, text: str) -> str:
    staged = blobs.stage()
    (staged / "a").write_text(text)
    return blobs.commit(staged).digest


def record_output(store: Store, digest: str) -> None:
    run = some_run("r1", state="complete")
    output = ArtifactRef("File", digest, 1)
    store.runs.record(Batch(run=run, executions=(some_execution("r1", "s", item=2, outputs={"o": output}),)))


def whats(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.severity, finding.what) for finding in findings]


def execute(store: Store, *statements: str) -> None:
    """Break the rules that the store keeps."""
    with store.database.alone() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def test_no_store_is_clean(blobs: BlobStore) -> None:
    assert check_store(None, blobs) == []


def test_new_and_used_stores_are_clean(store: Store, blobs: BlobStore) -> None:
    assert check_store(store, blobs) == []
    record_output(store, commit(blobs, "x"))
    assert check_store(store, blobs) == []


def test_missing_blob(store: Store, blobs: BlobStore) -> None:
    digest = commit(blobs, "x")
    record_output(store, digest)
    blobs.delete(digest)
    (finding,) = check_store(store, blobs)
    assert finding.severity == "error"
    assert digest in finding.what
    assert finding.where == "run r1, step s[2], output 'o'"
    assert "r1" in finding.fix
    assert repair(blobs, [finding]) == []


def test_corrupt_blob_is_put_aside_and_made_anew(store: Store, blobs: BlobStore) -> None:
    digest = commit(blobs, "x")
    record_output(store, digest)
    path = blobs.fetch(digest) / "a"
    path.chmod(0o644)
    path.write_text("y")
    findings = check_store(store, blobs)
    assert [(finding.severity, finding.digest) for finding in findings] == [("error", digest)]
    assert "'a'" in findings[0].what
    (done,) = repair(blobs, findings)
    assert ".quarantine" in done
    assert list(blobs.blobs([digest])) == [], "the next run does not take it for a hit"
    assert commit(blobs, "x") == digest
    assert check_store(store, blobs) == []


def test_missing_package(store: Store, blobs: BlobStore) -> None:
    store.runs.record(Batch(run=some_run("r1", state="failed", package_digest=some_digest("p"))))
    (finding,) = check_store(store, blobs)
    assert finding.where == "run r1, its package"


def test_outputs_of_failed_steps_need_not_be_there(store: Store, blobs: BlobStore) -> None:
    output = ArtifactRef("File", some_digest("x"), 1)
    failed = some_execution("r1", "s", state="failed", outputs={"o": output})
    store.runs.record(Batch(run=some_run("r1", state="failed"), executions=(failed,)))
    assert check_store(store, blobs) == []


def test_abandoned_run(store: Store, blobs: BlobStore) -> None:
    lease = store.leases.acquire("run:r1", ttl_s=60)
    store.runs.record(some_batch("r1"))
    assert check_store(store, blobs) == [], "its runner is at work"
    store.leases.release(lease)
    (finding,) = check_store(store, blobs)
    assert (finding.severity, finding.fix) == ("warning", "penstock resume r1")
    store.runs.record(
        Batch(run=some_run("r1", state="failed"), executions=(some_execution("r1", "s", state="running"),))
    )
    (finding,) = check_store(store, blobs)
    assert finding.severity == "warning"
    assert "counts as running" in finding.what


def test_broken_rules_are_found(store: Store, blobs: BlobStore) -> None:
    record_output(store, commit(blobs, "x"))
    copied = "context_id, step, item, state, cache_key, key_parts, source_digest, inputs, outputs, started_us,"
    copied += " duration_s, cached_from, reason, properties"
    execute(
        store,
        "DROP INDEX uq_execution_committed",
        f"INSERT INTO execution (attempt, {copied}) SELECT 9, {copied} FROM execution",
    )
    found = whats(check_store(store, blobs))
    assert ("error", "step s[2] of run number 2 is committed 2 times") in found
    assert ("error", "step s[2] of run r1 has other artifacts on its row than in its events") in found
    execute(store, "DELETE FROM artifact")
    found = whats(check_store(store, blobs))
    assert any("refers to a row of artifact that is not there" in what for _, what in found)
    assert any("has no artifact" in what for _, what in found)
