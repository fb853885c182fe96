from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from penstock.core.artifact import Inline
from penstock.core.graph import Node, StepRef
from penstock.core.protocol import TaskEvent
from penstock.core.record import NO_ITEM
from penstock.core.state import CACHED, COMPLETE, FAILED, RUNNING, SKIPPED
from penstock.engine.runtime.cache_key import CacheKey
from penstock.engine.runtime.journal import Journal
from penstock.engine.runtime.ledger import Ledger, public_error
from penstock.engine.runtime.work import Work
from penstock.engine.store import Store, open_store
from penstock.testing.records import some_run

ERROR = {"type": "StepError", "what": "it broke", "where": "here", "fix": "mend it", "traceback": "Traceback ..."}
KEY = CacheKey("sha256:k", {"source": "sha256:s"})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    found = open_store(f"sqlite:///{tmp_path}/store.db")
    yield found
    found.close()


@pytest.fixture
def events() -> list[dict[str, Any]]:
    return []


@pytest.fixture
def ledger(store: Store, events: list[dict[str, Any]]) -> Ledger:
    journal = Journal(store.runs, store.leases, store.leases.acquire("run:r1", ttl_s=60))
    journal.run(some_run("r1"))
    return Ledger("r1", journal, events.append)


def work(item: int = NO_ITEM, **fields: Any) -> Work:
    return Work(Node("fit", StepRef("flow", "fit")), item, {"x": Inline(1)}, key=KEY, **fields)


def test_a_start_is_recorded_and_told(ledger: Ledger, store: Store, events: list[dict[str, Any]]) -> None:
    found = work(item=2, attempt=3)
    ledger.started(found, RUNNING)
    ledger.journal.flush()
    assert events == [{"event": "step_started", "run": "r1", "step": "fit", "item": 2, "attempt": 3}]
    (record,) = store.runs.executions("r1")
    assert (record.state, record.item, record.attempt) == (RUNNING, 2, 3)
    assert (record.cache_key, record.key_parts, record.inputs) == (KEY.digest, KEY.parts, {"x": Inline(1)})
    assert record.started_us == found.started_us > 0


def test_an_end_keeps_the_start(ledger: Ledger, store: Store, events: list[dict[str, Any]]) -> None:
    found = work()
    ledger.started(found, RUNNING)
    done = ledger.record(found, COMPLETE, outputs={"output": Inline(7)}, duration_s=0.123456789)
    ledger.finished(found, done)
    ledger.journal.flush()
    assert store.runs.executions("r1") == [done]
    assert done.started_us == found.started_us
    assert events[-1] == {
        "event": "step_finished",
        "run": "r1",
        "step": "fit",
        "item": NO_ITEM,
        "status": COMPLETE,
        "cached": False,
        "seconds": 0.123457,
    }


def test_a_reuse_names_its_origin(ledger: Ledger, events: list[dict[str, Any]]) -> None:
    ledger.finished(work(), ledger.record(work(), CACHED, cached_from="r0/fit"))
    assert (events[0]["status"], events[0]["cached"], events[0]["cached_from"]) == (CACHED, True, "r0/fit")


def test_a_failure_is_told_without_its_traceback(ledger: Ledger, store: Store, events: list[dict[str, Any]]) -> None:
    ledger.finished(work(), ledger.record(work(), FAILED, reason={"error": ERROR}))
    ledger.journal.flush()
    assert events[0]["error"] == public_error(ERROR) == {k: v for k, v in ERROR.items() if k != "traceback"}
    assert "reason" not in events[0]
    assert store.runs.executions("r1")[0].reason["error"]["traceback"] == "Traceback ..."


def test_a_skip_is_told_with_its_reason(ledger: Ledger, events: list[dict[str, Any]]) -> None:
    ledger.finished(work(), ledger.record(work(), SKIPPED, reason={"upstream": "load"}))
    assert events[0]["reason"] == {"upstream": "load"}


def test_a_retry_is_recorded_as_the_failure_it_follows(
    ledger: Ledger, store: Store, events: list[dict[str, Any]]
) -> None:
    found = work(attempt=1)
    record = ledger.record(found, FAILED, reason={"error": ERROR})
    found.attempt = 2
    ledger.retrying(found, record, 0.5)
    ledger.journal.flush()
    assert [(one.attempt, one.state) for one in store.runs.executions("r1")] == [(1, FAILED)]
    assert events == [
        {
            "event": "step_retry",
            "run": "r1",
            "step": "fit",
            "item": NO_ITEM,
            "attempt": 2,
            "wait_s": 0.5,
            "error": public_error(ERROR),
        }
    ]


def test_what_the_store_has_already_is_only_told(ledger: Ledger, store: Store, events: list[dict[str, Any]]) -> None:
    ledger.finished(work(), ledger.record(work(), COMPLETE), is_new=False)
    ledger.journal.flush()
    assert store.runs.executions("r1") == []
    assert len(events) == 1


def test_messages_of_a_running_step(ledger: Ledger, store: Store, events: list[dict[str, Any]]) -> None:
    found = work(item=1, attempt=2)
    for kind, data in (
        ("metrics", {"values": {"loss": 0.5, "auc": 0.9}, "training_step": 3}),
        ("params", {"values": {"rate": "0.1"}}),
        ("progress", {"done": 1, "total": 4, "note": "fold"}),
    ):
        ledger.logged(found, TaskEvent(found.id, kind, {"type": kind, **data}))
    ledger.journal.flush()
    assert [(p.step, p.item, p.name, p.value, p.training_step, p.attempt) for p in store.metrics.metrics("r1")] == [
        ("fit", 1, "loss", 0.5, 3, 2),
        ("fit", 1, "auc", 0.9, 3, 2),
    ]
    assert [(p.name, p.value, p.attempt) for p in store.metrics.params("r1")] == [("rate", "0.1", 2)]
    progress = {"event": "step_progress", "run": "r1", "step": "fit", "item": 1, "done": 1, "total": 4, "note": "fold"}
    assert events == [progress]
