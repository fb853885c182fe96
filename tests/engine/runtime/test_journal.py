from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from penstock.core.error import LeaseError
from penstock.core.record import Batch, ExecutionRecord, MetricPoint, ParamPoint, RunRecord
from penstock.engine.runtime import journal as journal_module
from penstock.engine.runtime.journal import Journal
from penstock.engine.store import Store, open_store
from penstock.testing.records import some_digest, some_execution, some_run


@dataclass
class Counted:
    """A run log that keeps what it was given, and writes it for real."""

    store: Store
    batches: list[Batch] = field(default_factory=list)

    def record(self, batch: Batch) -> None:
        self.store.runs.record(batch)
        self.batches.append(batch)

    def runs(self, *, pipeline: str = "", limit: int = 0) -> list[RunRecord]:
        return self.store.runs.runs(pipeline=pipeline, limit=limit)

    def run(self, run: str) -> RunRecord:
        return self.store.runs.run(run)

    def executions(self, run: str) -> list[ExecutionRecord]:
        return self.store.runs.executions(run)

    def forget(self, runs: object) -> None: ...


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    found = open_store(f"sqlite:///{tmp_path}/store.db")
    yield found
    found.close()


@pytest.fixture
def log(store: Store) -> Counted:
    return Counted(store)


@pytest.fixture
def journal(store: Store, log: Counted) -> Journal:
    made = Journal(log, store.leases, store.leases.acquire("run:r1", ttl_s=60))
    made.run(some_run("r1"))
    return made


def test_nothing_is_written_before_it_is_flushed(journal: Journal, store: Store, log: Counted) -> None:
    journal.execution(some_execution("r1", "a"))
    assert store.runs.runs() == []
    journal.flush()
    assert [found.step for found in store.runs.executions("r1")] == ["a"]
    journal.flush()
    assert len(log.batches) == 1


def test_everything_goes_in_one_batch(journal: Journal, store: Store, log: Counted) -> None:
    digest = some_digest("source")
    journal.fingerprint(digest, {"a.py": "1"})
    journal.execution(some_execution("r1", "a"))
    journal.execution(some_execution("r1", "b"))
    journal.metrics([MetricPoint("r1", "a", -1, "loss", 0.5, 1, 2)])
    journal.params([ParamPoint("r1", "a", -1, "rate", "0.1")])
    journal.flush()
    assert len(log.batches) == 1
    assert log.batches[0].lease == journal.lease
    assert store.lineage.fingerprints({digest}) == {digest: {"a.py": "1"}}
    assert [point.name for point in store.metrics.metrics("r1")] == ["loss"]
    assert [point.name for point in store.metrics.params("r1")] == ["rate"]


def test_a_later_state_replaces_an_earlier_one(journal: Journal, store: Store, log: Counted) -> None:
    journal.execution(some_execution("r1", "a", state="running"))
    journal.execution(some_execution("r1", "a", state="complete"))
    journal.execution(some_execution("r1", "a", state="running", attempt=2))
    journal.execution(some_execution("r1", "a", state="running", item=3))
    journal.flush()
    assert len(log.batches[0].executions) == 3
    journal.execution(some_execution("r1", "a", state="failed", attempt=2))
    journal.flush()
    assert {(found.item, found.attempt): found.state for found in store.runs.executions("r1")} == {
        (-1, 1): "complete",
        (-1, 2): "failed",
        (3, 1): "running",
    }


def test_a_fingerprint_is_written_once(journal: Journal, log: Counted) -> None:
    for number in range(2):
        journal.fingerprint("sha256:s", {"a.py": "1"})
        journal.execution(some_execution("r1", f"a{number}"))
        journal.flush()
    assert [dict(batch.fingerprints) for batch in log.batches] == [{"sha256:s": {"a.py": "1"}}, {}]


def test_old_entries_are_flushed(journal: Journal, log: Counted, monkeypatch: pytest.MonkeyPatch) -> None:
    journal.flush_if_old()
    assert log.batches == []
    monkeypatch.setattr(journal_module, "FLUSH_S", 0.0)
    journal.flush_if_old()
    assert len(log.batches) == 1


def test_who_lost_the_lease_writes_nothing(journal: Journal, store: Store) -> None:
    journal.flush()
    store.leases.release(journal.lease)
    taken_over = store.leases.acquire("run:r1", ttl_s=60)
    journal.execution(some_execution("r1", "a"))
    with pytest.raises(LeaseError):
        journal.flush()
    assert store.runs.executions("r1") == []
    assert taken_over.token > journal.lease.token


def test_closing_writes_the_last_state_and_gives_the_lease_back(journal: Journal, store: Store) -> None:
    journal.execution(some_execution("r1", "a"))
    journal.close(some_run("r1", state="complete"))
    assert store.runs.run("r1").state == "complete"
    assert len(store.runs.executions("r1")) == 1
    assert store.leases.live() == []
