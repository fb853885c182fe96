"""What the wings need of each other, at most five methods each."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol, runtime_checkable

from penstock.core.record import (
    ArtifactRecord,
    Batch,
    ExecutionRecord,
    Lease,
    MetricPoint,
    ParamPoint,
    RunRecord,
)


@runtime_checkable
class RunLog(Protocol):
    """What ran: runs and their executions."""

    def record(self, batch: Batch) -> None:
        """Write a batch in one transaction.

        Raises
        ------
        LeaseError
            If ``batch.lease`` is given and no longer held; nothing is written.
        """

    def runs(self, *, pipeline: str = "", limit: int = 0) -> list[RunRecord]:
        """Runs, newest first."""

    def run(self, run: str) -> RunRecord:
        """The run of that id, unique prefix of an id, or ``last``.

        Raises
        ------
        NotFoundError
            If there is none, or several.
        """

    def executions(self, run: str) -> list[ExecutionRecord]:
        """Every attempt of a run, in the order in which they were first recorded."""

    def forget(self, runs: Sequence[str]) -> None:
        """Remove runs with all that hangs on them; blobs stay until `gc`."""


@runtime_checkable
class Lineage(Protocol):
    """What came from what."""

    def hits(self, keys: Collection[str]) -> dict[str, ExecutionRecord]:
        """The newest committed execution of each cache key that has one."""

    def latest(self, pipeline: str, step: str, item: int) -> ExecutionRecord | None:
        """The newest committed execution of that step in any run of that pipeline."""

    def fingerprints(self, digests: Collection[str]) -> dict[str, Any]:
        """Content of fingerprints by digest."""

    def artifacts(self, prefix: str = "") -> list[ArtifactRecord]:
        """Artifacts whose digest begins so (with or without ``sha256:``), newest first."""

    def reachable(self) -> set[str]:
        """Digests of every blob that a recorded run refers to (packages included)."""


@runtime_checkable
class Leases(Protocol):
    """Who may write to what."""

    def acquire(self, name: str, *, ttl_s: float) -> Lease:
        """Take a lease that is free, held by a dead process of this host, or expired on another one.

        Any request to stop that the last holder was given is forgotten.

        Raises
        ------
        LeaseError
            If a living holder has it; the message says who.
        """

    def renew(self, lease: Lease, *, ttl_s: float) -> Lease:
        """Move the expiry; `LeaseError` if somebody took it over."""

    def release(self, lease: Lease) -> None:
        """Give it back; nothing happens if it is no longer held."""

    def live(self) -> list[Lease]:
        """Leases whose holder may still be at work."""


@runtime_checkable
class StopRequests(Protocol):
    """Who is asked to stop what it does under a lease; no record changes by that."""

    def request(self, name: str) -> bool:
        """Ask the holder of that lease to stop; False if nobody may be at work under it."""

    def is_requested(self, lease: Lease) -> bool:
        """Whether the holder of that very lease was asked to stop."""


@runtime_checkable
class MetricLog(Protocol):
    """Figures and settings that executions logged.

    Of each step and item only the last attempt that logged any counts, for metrics and parameters by itself: what
    a failed attempt logged is replaced once another one logs.
    """

    def metrics(self, run: str, *, step: str = "") -> list[MetricPoint]:
        """Those of the last attempts, in the order in which they were recorded."""

    def params(self, run: str, *, step: str = "") -> list[ParamPoint]:
        """Those of the last attempts, in the order in which they were recorded."""


@dataclass(frozen=True, slots=True)
class BlobInfo:
    """A blob in the store."""

    digest: str
    size_bytes: int
    modified_us: int


@runtime_checkable
class BlobStore(Protocol):
    """Immutable folders by the digest of their manifest."""

    def stage(self) -> Path:
        """A new empty folder on this machine to write a blob into."""

    def commit(self, staged: Path) -> BlobInfo:
        """Flush, hash and publish a staged folder atomically; content that exists is kept once.

        The digest is that of the manifest: file names, sizes and SHA-256.
        """

    def fetch(self, digest: str) -> Path:
        """A read-only local folder with the blob's files, verified.

        Raises
        ------
        NotFoundError
            If the store does not have it.
        CorruptArtifactError
            If its content does not match the digest.
        """

    def blobs(self, digests: Collection[str] | None = None) -> Iterator[BlobInfo]:
        """Blobs whose commit is complete: all, or those of the given digests that exist."""

    def delete(self, digest: str) -> None:
        """Remove a blob; nothing happens if it is not there."""


@runtime_checkable
class Materializer(Protocol):
    """Turns one in-memory form of one artifact kind into files and back.

    The entry point is named ``KIND.qualified.class.Name``; its object is an instance.
    """

    kind: ClassVar[str]
    capabilities: ClassVar[frozenset[str]]

    def save(self, value: Any, folder: Path) -> None:
        """Write the value's canonical files into an empty folder."""

    def load(self, folder: Path) -> Any:
        """The value, from the files of any form of this kind."""


@runtime_checkable
class Source(Protocol):
    """A place that data comes from.

    The entry point is named after its format (``csv``, ``parquet``); its object is a callable
    ``(uri: str, **options) -> Source``.
    """

    capabilities: ClassVar[frozenset[str]]

    def fingerprint(self) -> str:
        """Changes when the content changes; empty when that cannot be known (never cached)."""

    def read(self) -> Any:
        """The rows, as anything with ``__arrow_c_stream__``."""


@runtime_checkable
class Trainer(Protocol):
    """Fits a model of one framework."""

    capabilities: ClassVar[frozenset[str]]

    def fit(self, train: Any, *, label: str, features: Sequence[str], **options: Any) -> Any:
        """A fitted model from a table (anything with ``__arrow_c_stream__``)."""


@dataclass(frozen=True, slots=True)
class Task:
    """One execution to be done by a worker: plain data, JSON-serialisable.

    Parameters
    ----------
    id : str
        Unique in the run.
    node : mapping
        JSON of the graph's node: step, inputs, outputs.
    inputs : mapping of str to JSON
        ``value_to_json`` of each bound input.
    run, pipeline : str
    item, attempt : int
    log_file : str
        Where standard output and error go; empty leaves them alone.
    checkpoints : str
        Folder for the step's checkpoints.
    timeout_s : float
        0 for none. Kept by the executor, with the step's whole process group.
    memory_bytes : int
        0 for none.
    """

    id: str
    node: Mapping[str, Any]
    inputs: Mapping[str, Any]
    run: str
    pipeline: str
    item: int
    attempt: int
    log_file: str
    checkpoints: str
    timeout_s: float
    memory_bytes: int

    def to_json(self) -> dict[str, Any]:
        """JSON form; shares the node and the inputs, which nobody changes."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class TaskEvent:
    """Something that happened to a task.

    Parameters
    ----------
    task : str
        Its id.
    type : str
        ``metrics``, ``params``, ``progress`` or ``finished``.
    data : mapping of str to JSON value
        The message; for ``finished`` either ``outputs`` or ``error`` (type, what, where, fix, traceback),
        and ``seconds``, ``pid``, ``peak_memory_bytes``.
    """

    task: str
    type: str
    data: Mapping[str, Any]


@runtime_checkable
class Executor(Protocol):
    """Runs tasks somewhere; the scheduler decides which and when.

    The entry point is named as in ``executor = "..."``; its object is a callable ``(ExecutorSetup) -> Executor``.
    """

    capabilities: ClassVar[frozenset[str]]

    def submit(self, task: Task) -> None:
        """Start a task; never blocks for longer than it takes to hand it over."""

    def poll(self, timeout_s: float) -> list[TaskEvent]:
        """Events since the last call; waits at most so long for the first one."""

    def cancel(self, task: str) -> None:
        """Stop a task with all its processes; a ``finished`` event with a cancellation follows."""

    def close(self) -> None:
        """Stop everything. Idempotent."""


@dataclass(frozen=True, slots=True)
class ExecutorSetup:
    """What every executor is given.

    Parameters
    ----------
    workers : int
        Processes that may run at once.
    package : str
        Path or URI of the run's package.
    root : str
        The live project folder; empty where there is none (containers).
    artifacts : str
        URL or folder of the blob store.
    cache : str
        Local folder for fetched blobs and staging.
    options : mapping
        The profile's settings for this executor.
    """

    workers: int
    package: str
    root: str
    artifacts: str
    cache: str
    options: Mapping[str, Any]
