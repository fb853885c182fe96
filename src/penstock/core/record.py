"""What the store keeps of runs and executions, and what is written in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from penstock.core.artifact import Value

NO_ITEM = -1
"""`ExecutionRecord.item` of a step that is not mapped."""


def execution_label(step: str, item: int = NO_ITEM) -> str:
    """What people call an execution: the step's name, with the item in brackets where there is one.

    Examples
    --------
    >>> execution_label("train"), execution_label("train", 3)
    ('train', 'train[3]')
    """
    return step if item == NO_ITEM else f"{step}[{item}]"


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run of one pipeline.

    Parameters
    ----------
    run : str
        Its id, unique in the store.
    pipeline : str
        Name of the pipeline.
    state : str
        One of `penstock.core.state.RUN_STATES`.
    graph_digest, package_digest : str
        The frozen graph, and the blob that holds the package it ran from.
    parameters : mapping of str to JSON value
        Values given or taken from the defaults.
    outputs : mapping of str to Value
        The run's outputs, once it is complete.
    created_us, finished_us : int
        Wall-clock microseconds since the epoch; ``finished_us`` is 0 while running.
    duration_s : float
        By a monotonic clock.
    properties : mapping of str to JSON value
        Volatile facts: user, host, working folder, file, profile, error.
    """

    run: str
    pipeline: str
    state: str
    graph_digest: str = ""
    package_digest: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Value] = field(default_factory=dict)
    created_us: int = 0
    finished_us: int = 0
    duration_s: float = 0.0
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ExecutionRecord:
    """One attempt at one step (or one item of a mapped step) of one run.

    Parameters
    ----------
    run, step : str
        The run's id and the node's name in its graph.
    item : int
        Index of the item of a mapped step, else ``NO_ITEM``.
    attempt : int
        1 for the first; retries and resumes count on.
    state : str
        One of `penstock.core.state.EXECUTION_STATES`.
    cache_key : str
        Digest of ``key_parts``; empty when nothing may be reused.
    key_parts : mapping of str to JSON value
        What the key was made of, by part. ``key_parts["source"]`` is a fingerprint's digest.
    inputs, outputs : mapping of str to Value
        By port name; outputs also hold the implicit scalars (``"metrics.auc"``).
    started_us : int
        Wall-clock microseconds since the epoch.
    duration_s : float
        By a monotonic clock.
    cached_from : str
        ``run/step`` or ``run/step[item]`` that produced what was reused.
    reason : mapping of str to JSON value
        Why it is in its state: the error (what, where, fix, traceback), the condition, the step upstream.
    properties : mapping of str to JSON value
        Volatile facts: host, pid, peak memory, log file.
    """

    run: str
    step: str
    item: int = NO_ITEM
    attempt: int = 1
    state: str = "running"
    cache_key: str = ""
    key_parts: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, Value] = field(default_factory=dict)
    outputs: Mapping[str, Value] = field(default_factory=dict)
    started_us: int = 0
    duration_s: float = 0.0
    cached_from: str = ""
    reason: Mapping[str, Any] = field(default_factory=dict)
    properties: Mapping[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The step's name, with the item in brackets where there is one."""
        return execution_label(self.step, self.item)


def latest_attempts(executions: Iterable[ExecutionRecord]) -> list[ExecutionRecord]:
    """The last attempt of each step and item of a run, in the order in which they were first recorded.

    A mapped step that did not run at all has a record of its own; once its items have run, only they count.
    """
    last: dict[tuple[str, int], ExecutionRecord] = {}
    for execution in executions:
        key = (execution.step, execution.item)
        if key not in last or last[key].attempt <= execution.attempt:
            last[key] = execution
    mapped = {step for step, item in last if item != NO_ITEM}
    return [found for (step, item), found in last.items() if item != NO_ITEM or step not in mapped]


@dataclass(frozen=True, slots=True)
class MetricPoint:
    """One value of one metric, logged by one execution."""

    run: str
    step: str
    item: int
    name: str
    value: float
    training_step: int
    time_us: int
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class ParamPoint:
    """One parameter that an execution logged (as text, beside its inputs)."""

    run: str
    step: str
    item: int
    name: str
    value: str
    attempt: int = 1


def run_lease(run: str) -> str:
    """Name of the lease that a run is written under.

    Examples
    --------
    >>> run_lease("taxi-20261120-101500-k3f9")
    'run:taxi-20261120-101500-k3f9'
    """
    return f"run:{run}"


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write to one thing (a run) until a time.

    Parameters
    ----------
    name : str
        What is held: for a run, what `run_lease` gives.
    token : int
        Grows with each holder; a writer with an older one is fenced off.
    host, boot_id, pid, pid_started
        Who holds it. Of a process of this host it is known whether it lives: while it does, nobody else gets the
        lease, however long ago it was renewed; once it is dead, anybody does.
    expires_us : int
        Wall-clock microseconds since the epoch, for holders on other hosts.
    """

    name: str
    token: int
    host: str
    boot_id: str
    pid: int
    pid_started: int
    expires_us: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Everything that goes into the store in one transaction.

    Parameters
    ----------
    lease : Lease or None
        The transaction fails with `LeaseError` unless this lease is still held.
    run : RunRecord or None
        Inserted, or replaces the row of the same id.
    executions : tuple of ExecutionRecord
        Inserted, or replace the row of the same (run, step, item, attempt).
    fingerprints : mapping of str to JSON value
        Content of digests named in ``key_parts["source"]``; kept once each.
    metrics, params
        Appended.
    """

    lease: Lease | None = None
    run: RunRecord | None = None
    executions: tuple[ExecutionRecord, ...] = ()
    fingerprints: Mapping[str, Any] = field(default_factory=dict)
    metrics: tuple[MetricPoint, ...] = ()
    params: tuple[ParamPoint, ...] = ()


@dataclass(frozen=True, slots=True)
class ArtifactRecord:
    """An artifact as the store knows it.

    Parameters
    ----------
    kind, digest, size_bytes
        As in `ArtifactRef`.
    created_us : int
        When it was first recorded.
    producers, consumers : tuple of ExecutionRecord
        Executions that made it (complete or cached) and that read it.
    """

    kind: str
    digest: str
    size_bytes: int
    created_us: int
    producers: tuple[ExecutionRecord, ...] = ()
    consumers: tuple[ExecutionRecord, ...] = ()
