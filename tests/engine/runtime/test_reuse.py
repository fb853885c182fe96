from __future__ import annotations

from pathlib import Path

import pytest

from penstock.core.artifact import ArtifactRef, Gathered, Inline, Value
from penstock.core.protocol import BlobStore
from penstock.core.record import ExecutionRecord
from penstock.engine.runtime.reuse import digests_of, find_hits, missing
from penstock.engine.store import Store, open_blobs, open_store
from penstock.testing.records import some_artifact, some_batch, some_execution


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(f"sqlite:///{tmp_path}/store.db")


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return open_blobs(str(tmp_path / "artifacts"), cache=tmp_path / "cache")


def stored(blobs: BlobStore, text: str) -> ArtifactRef:
    staged = blobs.stage()
    (staged / "x").write_text(text)
    info = blobs.commit(staged)
    return ArtifactRef("File", info.digest, info.size_bytes)


def execution(key: str, step: str = "a", **outputs: Value) -> ExecutionRecord:
    return some_execution("r1", step, cache_key=key, outputs=outputs)


def test_a_committed_execution_is_found_by_its_key(store: Store, blobs: BlobStore) -> None:
    ref = stored(blobs, "1")
    store.runs.record(some_batch("r1", execution("sha256:k", output=ref, auc=Inline(0.5))))
    found = find_hits(store.lineage, blobs, {"sha256:k", "sha256:other"})
    assert list(found) == ["sha256:k"]
    assert found["sha256:k"].outputs == {"output": ref, "auc": Inline(0.5)}


@pytest.mark.parametrize("state", ["running", "failed", "skipped", "abandoned", "canceled", "upstream_failed"])
def test_only_what_has_committed_is_reused(store: Store, blobs: BlobStore, state: str) -> None:
    store.runs.record(some_batch("r1", some_execution("r1", "a", state=state, cache_key="sha256:k")))
    assert find_hits(store.lineage, blobs, {"sha256:k"}) == {}


def test_an_empty_key_has_no_hits(store: Store, blobs: BlobStore) -> None:
    store.runs.record(some_batch("r1", execution("")))
    assert find_hits(store.lineage, blobs, {""}) == {}
    assert find_hits(store.lineage, blobs, set()) == {}


def test_a_hit_whose_artifact_is_gone_is_none(store: Store, blobs: BlobStore) -> None:
    kept, lost = stored(blobs, "kept"), stored(blobs, "lost")
    both = Gathered((kept, Gathered((lost,))))
    store.runs.record(some_batch("r1", execution("sha256:a", output=kept), execution("sha256:b", "b", output=both)))
    assert set(find_hits(store.lineage, blobs, {"sha256:a", "sha256:b"})) == {"sha256:a", "sha256:b"}
    blobs.delete(lost.digest)
    assert set(find_hits(store.lineage, blobs, {"sha256:a", "sha256:b"})) == {"sha256:a"}
    assert missing(blobs, [execution("", output=both)]) == {lost.digest}


def test_digests_of_outputs_are_found_at_any_depth() -> None:
    one, two = some_artifact("one"), some_artifact("two")
    found = digests_of(execution("", a=Gathered((one, Inline(1), Gathered((two,)))), b=one, c=Inline("x")))
    assert found == {one.digest, two.digest}


def test_nothing_is_asked_of_the_blob_store_for_values(blobs: BlobStore) -> None:
    assert missing(blobs, [execution("", output=Inline(1))]) == set()
