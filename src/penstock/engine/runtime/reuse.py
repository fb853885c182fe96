"""Earlier executions whose results can be used again."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from penstock.core.artifact import artifacts_in
from penstock.core.protocol import BlobStore, Lineage
from penstock.core.record import ExecutionRecord


def find_hits(lineage: Lineage, blobs: BlobStore, keys: Collection[str]) -> dict[str, ExecutionRecord]:
    """The newest committed execution of each cache key, where all its artifacts are still there.

    Parameters
    ----------
    lineage : Lineage
    blobs : BlobStore
    keys : collection of str
        Empty keys have no hits.
    """
    wanted = {key for key in keys if key}
    if not wanted:
        return {}
    found = lineage.hits(wanted)
    lost = missing(blobs, found.values())
    return {key: hit for key, hit in found.items() if not (lost and digests_of(hit) & lost)}


def missing(blobs: BlobStore, executions: Iterable[ExecutionRecord]) -> set[str]:
    """Digests of outputs that the blob store does not have."""
    wanted = {digest for execution in executions for digest in digests_of(execution)}
    return wanted - {info.digest for info in blobs.blobs(wanted)} if wanted else set()


def digests_of(execution: ExecutionRecord) -> set[str]:
    """Digests of an execution's output artifacts."""
    return {ref.digest for value in execution.outputs.values() for ref in artifacts_in(value)}
