"""Small records to write into a store under test."""

from __future__ import annotations

import hashlib
from typing import Any

from penstock.core.artifact import ArtifactRef
from penstock.core.record import Batch, ExecutionRecord, RunRecord


def some_digest(name: str) -> str:
    """A digest, the same for the same name.

    Examples
    --------
    >>> some_digest("a") == some_digest("a") != some_digest("b")
    True
    """
    return "sha256:" + hashlib.sha256(name.encode()).hexdigest()


def some_artifact(name: str, kind: str = "File") -> ArtifactRef:
    """A reference to an artifact that no blob store has."""
    return ArtifactRef(kind, some_digest(name), len(name))


def some_run(run: str, *, pipeline: str = "taxi", state: str = "running", **fields: Any) -> RunRecord:
    """A run with given fields, the others empty."""
    return RunRecord(run=run, pipeline=pipeline, state=state, **fields)


def some_execution(run: str, step: str, *, state: str = "complete", **fields: Any) -> ExecutionRecord:
    """An execution with given fields, the others empty."""
    return ExecutionRecord(run=run, step=step, state=state, **fields)


def some_batch(run: str, *executions: ExecutionRecord, pipeline: str = "taxi") -> Batch:
    """A batch that records a run and executions of it."""
    return Batch(run=some_run(run, pipeline=pipeline), executions=executions)
