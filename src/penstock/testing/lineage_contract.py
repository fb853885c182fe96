"""What every `Lineage` must do."""

from __future__ import annotations

from typing import Any

from penstock.core.artifact import Gathered
from penstock.core.record import Batch
from penstock.testing.records import some_artifact, some_batch, some_digest, some_execution, some_run


class LineageContract:
    """Subclass it and give a fixture ``store``: an empty store with ``runs`` and ``lineage``."""

    def test_hits_are_the_newest_committed(self, store: Any) -> None:
        """Failed and running ones do not count, cached ones do; an empty key is no key."""
        store.runs.record(some_batch("r1", some_execution("r1", "s", cache_key="k"), some_execution("r1", "t")))
        store.runs.record(some_batch("r2", some_execution("r2", "s", cache_key="k", state="cached")))
        store.runs.record(some_batch("r3", some_execution("r3", "s", cache_key="k", state="failed")))
        store.runs.record(some_batch("r4", some_execution("r4", "s", cache_key="j", state="running")))
        found = store.lineage.hits({"k", "j", "absent", ""})
        assert {key: record.run for key, record in found.items()} == {"k": "r2"}
        assert store.lineage.hits([]) == {}

    def test_latest_of_a_step(self, store: Any) -> None:
        """By pipeline, step and item."""
        for run, pipeline in (("r1", "p"), ("r2", "p"), ("r3", "q")):
            store.runs.record(some_batch(run, some_execution(run, "s"), pipeline=pipeline))
        store.runs.record(some_batch("r4", some_execution("r4", "s", state="failed"), pipeline="p"))
        store.runs.record(some_batch("r5", some_execution("r5", "s", item=2), pipeline="p"))
        assert store.lineage.latest("p", "s", -1).run == "r2"
        assert store.lineage.latest("p", "s", 2).run == "r5"
        assert store.lineage.latest("p", "s", 3) is None
        assert store.lineage.latest("absent", "s", -1) is None

    def test_fingerprints(self, store: Any) -> None:
        """Kept once each; unknown ones are left out."""
        content = {"symbols": {"a.b": "é"}, "packages": []}
        store.runs.record(Batch(fingerprints={"f1": content}))
        store.runs.record(Batch(fingerprints={"f1": content, "f2": [1]}))
        assert store.lineage.fingerprints(["f1", "f2", "f3"]) == {"f1": content, "f2": [1]}

    def test_artifacts_with_producers_and_consumers(self, store: Any) -> None:
        """Each execution once, also where it uses an artifact twice; failed producers do not count."""
        data, model = some_artifact("data", "Dataset"), some_artifact("model", "Model")
        make = some_execution("r1", "make", outputs={"data": data, "again": data})
        use = some_execution("r1", "use", state="failed", inputs={"all": Gathered((data, data))}, outputs={"m": model})
        reuse = some_execution("r2", "make", state="cached", outputs={"data": data})
        store.runs.record(some_batch("r1", make, use))
        store.runs.record(some_batch("r2", reuse))
        (found,) = store.lineage.artifacts(data.digest[:20])
        assert (found.kind, found.digest, found.size_bytes) == (data.kind, data.digest, data.size_bytes)
        assert found.created_us > 0
        assert (found.producers, found.consumers) == ((make, reuse), (use,))
        (found,) = store.lineage.artifacts(model.digest.removeprefix("sha256:").upper())
        assert (found.producers, found.consumers) == ((), ())

    def test_artifacts_newest_first(self, store: Any) -> None:
        """In the order of their first record; one digest may be of two kinds."""
        outputs = [some_artifact("a"), some_artifact("b"), some_artifact("a", "Report"), some_artifact("a")]
        for number, ref in enumerate(outputs):
            run = f"r{number}"
            store.runs.record(some_batch(run, some_execution(run, "s", outputs={"o": ref})))
        assert [(ref.kind, ref.digest) for ref in store.lineage.artifacts()] == [
            ("Report", some_digest("a")),
            ("File", some_digest("b")),
            ("File", some_digest("a")),
        ]
        assert store.lineage.artifacts("sha256:absent") == []

    def test_replaced_execution_leaves_no_event(self, store: Any) -> None:
        """What an attempt says last counts."""
        before, after = some_artifact("before"), some_artifact("after")
        store.runs.record(some_batch("r1", some_execution("r1", "s", state="running", inputs={"x": before})))
        store.runs.record(some_batch("r1", some_execution("r1", "s", inputs={"x": after})))
        consumers = {ref.digest: len(ref.consumers) for ref in store.lineage.artifacts()}
        assert consumers.get(before.digest, 0) == 0
        assert consumers[after.digest] == 1

    def test_reachable(self, store: Any) -> None:
        """Inputs, outputs, outputs of runs and packages."""
        record = some_execution(
            "r1", "s", state="failed", inputs={"i": some_artifact("i")}, outputs={"o": some_artifact("o")}
        )
        run = some_run("r1", package_digest=some_digest("package"), outputs={"x": Gathered((some_artifact("x"),))})
        store.runs.record(Batch(run=run, executions=(record,)))
        assert store.lineage.reachable() == {some_digest(name) for name in ("i", "o", "package", "x")}
