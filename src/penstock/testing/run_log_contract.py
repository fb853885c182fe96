"""What every `RunLog` must do."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from penstock.core.artifact import Gathered, Inline
from penstock.core.error import LeaseError, NotFoundError, StoreError
from penstock.core.record import Batch
from penstock.testing.leases_contract import acquire_elsewhere
from penstock.testing.records import some_artifact, some_batch, some_execution, some_run


class RunLogContract:
    """Subclass it and give a fixture ``store``: an empty store with ``runs``, ``leases`` and ``lineage``."""

    def test_run_comes_back_as_it_was_recorded(self, store: Any) -> None:
        """Every field, JSON values and values that only NaN-aware JSON holds."""
        record = some_run(
            "r1",
            state="complete",
            graph_digest="sha256:g",
            package_digest="sha256:p",
            parameters={"rate": 0.2, "names": ["é", "b\n"], "none": None, "nested": {"a": [1, True]}},
            outputs={"model": some_artifact("m"), "auc": Inline(0.9), "all": Gathered((Inline(1), some_artifact("n")))},
            created_us=5,
            finished_us=9,
            duration_s=1.25,
            properties={"user": "u", "bad": "\udc80 \x00"},
        )
        store.runs.record(Batch(run=record))
        assert store.runs.run("r1") == record
        assert store.runs.runs() == [record]

    def test_run_is_replaced(self, store: Any) -> None:
        """The same id is one run."""
        store.runs.record(Batch(run=some_run("r1")))
        store.runs.record(Batch(run=some_run("r1", state="complete", outputs={"o": some_artifact("x")})))
        store.runs.record(Batch(run=some_run("r1", state="failed")))
        assert [run.state for run in store.runs.runs()] == ["failed"]

    def test_runs_are_in_the_order_of_recording(self, store: Any) -> None:
        """Newest first, whatever the clock said."""
        for name, created_us in (("a", 30), ("b", 10), ("c", 20)):
            store.runs.record(Batch(run=some_run(name, created_us=created_us)))
        store.runs.record(Batch(run=some_run("a", state="complete", created_us=30)))
        assert [run.run for run in store.runs.runs()] == ["c", "b", "a"]
        assert [run.run for run in store.runs.runs(limit=2)] == ["c", "b"]
        assert store.runs.run("last").run == "c"

    def test_runs_of_one_pipeline(self, store: Any) -> None:
        """Only those."""
        for name, pipeline in (("a", "one"), ("b", "two"), ("c", "one")):
            store.runs.record(Batch(run=some_run(name, pipeline=pipeline)))
        assert [run.run for run in store.runs.runs(pipeline="one")] == ["c", "a"]
        assert store.runs.runs(pipeline="three") == []

    def test_run_is_found_by_prefix(self, store: Any) -> None:
        """Unique prefixes only; an id that begins another is still itself; letters have a case."""
        for name in ("taxi-1", "taxi-12", "other_%", "Case"):
            store.runs.record(Batch(run=some_run(name)))
        assert store.runs.run("other").run == "other_%"
        assert store.runs.run("taxi-1").run == "taxi-1"
        for name in ("taxi-", "absent", "", "case", "%", "_"):
            with pytest.raises(NotFoundError):
                store.runs.run(name)

    def test_no_run_yet(self, store: Any) -> None:
        """``last`` of nothing is an error, a list of nothing is empty."""
        assert store.runs.runs() == []
        with pytest.raises(NotFoundError, match="no run yet"):
            store.runs.run("last")

    def test_execution_comes_back_as_it_was_recorded(self, store: Any) -> None:
        """Every field."""
        record = some_execution(
            "r1",
            "train/fit",
            item=3,
            attempt=2,
            cache_key="sha256:k",
            key_parts={"source": "sha256:s", "parameters": {"rate": 0.1}},
            inputs={
                "data": some_artifact("d", "Dataset"),
                "models": Gathered((some_artifact("a"), some_artifact("b"))),
            },
            outputs={"model": some_artifact("m", "Model"), "metrics.auc": Inline(math.inf)},
            started_us=123,
            duration_s=0.5,
            cached_from="r0/train",
            reason={"what": "x", "traceback": "\udcff"},
            properties={"pid": 7},
        )
        store.runs.record(some_batch("r1", record))
        assert store.runs.executions("r1") == [record]

    def test_nan_survives(self, store: Any) -> None:
        """As an output and in a mapping."""
        record = some_execution("r1", "s", outputs={"auc": Inline(math.nan)}, properties={"loss": math.nan})
        store.runs.record(some_batch("r1", record))
        (found,) = store.runs.executions("r1")
        assert math.isnan(found.outputs["auc"].json)
        assert math.isnan(found.properties["loss"])

    def test_execution_is_replaced_in_its_place(self, store: Any) -> None:
        """The same attempt is one row, in the order of its first record; other attempts are others."""
        first, second = some_execution("r1", "a", state="running"), some_execution("r1", "b", state="running")
        store.runs.record(some_batch("r1", first, second))
        done = replace(first, state="failed", inputs={"x": some_artifact("x")})
        store.runs.record(Batch(executions=(done,)))
        again = replace(first, attempt=2, state="complete")
        store.runs.record(Batch(executions=(again,)))
        assert store.runs.executions("r1") == [done, second, again]

    def test_executions_of_an_unknown_run(self, store: Any) -> None:
        """There are none to read, and none can be written."""
        assert store.runs.executions("absent") == []
        with pytest.raises(NotFoundError, match="absent"):
            store.runs.record(Batch(executions=(some_execution("absent", "s"),)))

    def test_second_commit_is_refused(self, store: Any) -> None:
        """At most one committed attempt per step and item; the batch leaves no trace."""
        store.runs.record(some_batch("r1", some_execution("r1", "s")))
        twice = some_execution("r1", "s", attempt=2, state="cached")
        with pytest.raises(StoreError, match="committed already"):
            store.runs.record(Batch(executions=(some_execution("r1", "t"), twice)))
        assert [record.step for record in store.runs.executions("r1")] == ["s"]
        store.runs.record(Batch(executions=(replace(twice, state="failed"), replace(twice, item=0))))

    def test_lost_lease_writes_nothing(self, store: Any) -> None:
        """A fenced writer is told so."""
        old = acquire_elsewhere(store, "run:r1", ttl_s=0)
        new = store.leases.acquire("run:r1", ttl_s=60)
        with pytest.raises(LeaseError, match="lost"):
            store.runs.record(Batch(lease=old, run=some_run("r1")))
        assert store.runs.runs() == []
        store.runs.record(Batch(lease=new, run=some_run("r1")))
        store.leases.release(new)
        with pytest.raises(LeaseError, match="lost"):
            store.runs.record(Batch(lease=new, run=some_run("r1", state="complete")))
        assert store.runs.run("r1").state == "running"

    def test_large_batch(self, store: Any) -> None:
        """Thousands of executions in one transaction."""
        records = tuple(
            some_execution("r1", f"s{i}", cache_key=f"k{i}", outputs={"o": some_artifact(str(i))}) for i in range(3000)
        )
        store.runs.record(some_batch("r1", *records))
        assert len(store.runs.executions("r1")) == 3000
        assert len(store.lineage.hits([record.cache_key for record in records])) == 3000

    def test_forget(self, store: Any) -> None:
        """A forgotten run takes along what only it refers to, and nothing else."""
        for name in ("r1", "r2"):
            shared = some_execution(name, "s", cache_key=f"k-{name}", outputs={"o": some_artifact("shared")})
            own = some_execution(name, "t", outputs={"o": some_artifact(name)}, key_parts={"source": f"f-{name}"})
            batch = some_batch(name, shared, own)
            store.runs.record(replace(batch, fingerprints={f"f-{name}": {"a": 1}}))
        store.runs.forget(["r1", "absent"])
        assert [run.run for run in store.runs.runs()] == ["r2"]
        assert store.runs.executions("r1") == []
        assert set(store.lineage.hits(["k-r1", "k-r2"])) == {"k-r2"}
        assert store.lineage.reachable() == {some_artifact("shared").digest, some_artifact("r2").digest}
        assert set(store.lineage.fingerprints(["f-r1", "f-r2"])) == {"f-r2"}

    def test_run_at_work_is_not_forgotten(self, store: Any) -> None:
        """Its runner would write into nothing."""
        store.runs.record(Batch(run=some_run("r1")))
        store.leases.acquire("run:r1", ttl_s=60)
        with pytest.raises(LeaseError, match="held"):
            store.runs.forget(["r1"])
        assert store.runs.run("r1")
