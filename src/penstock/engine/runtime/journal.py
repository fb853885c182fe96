"""The journal: collects what happened and writes it to the store in batches.

A batch is one transaction, fenced by the run's lease, so that an order of events is kept:
whatever is in the store, all that came before it is there too.
"""

from __future__ import annotations

import time
from typing import Any

from penstock.core.protocol import Leases, RunLog
from penstock.core.record import Batch, ExecutionRecord, Lease, MetricPoint, ParamPoint, RunRecord

FLUSH_S = 0.2


class Journal:
    """Writes of one run.

    Parameters
    ----------
    runs : RunLog
    leases : Leases
    lease : Lease
        Of the run; a `Heartbeat` renews it.
    """

    def __init__(self, runs: RunLog, leases: Leases, lease: Lease) -> None:
        self._runs = runs
        self._leases = leases
        self._lease = lease
        self._oldest = 0.0
        self._run: RunRecord | None = None
        self._executions: dict[tuple[str, int, int], ExecutionRecord] = {}
        self._fingerprints: dict[str, Any] = {}
        self._written: set[str] = set()
        self._metrics: list[MetricPoint] = []
        self._params: list[ParamPoint] = []

    @property
    def lease(self) -> Lease:
        """The lease that every write is fenced by."""
        return self._lease

    def run(self, record: RunRecord) -> None:
        """Write the run's row with the next batch."""
        self._run = record
        self._touch()

    def execution(self, record: ExecutionRecord) -> None:
        """Write an execution with the next batch; a later state replaces an unwritten earlier one."""
        self._executions[record.step, record.item, record.attempt] = record
        self._touch()

    def fingerprint(self, digest: str, parts: Any) -> None:
        """Keep the content of a source fingerprint, once."""
        if digest not in self._written:
            self._written.add(digest)
            self._fingerprints[digest] = parts

    def metrics(self, points: list[MetricPoint]) -> None:
        """Append figures."""
        self._metrics.extend(points)
        self._touch()

    def params(self, points: list[ParamPoint]) -> None:
        """Append settings."""
        self._params.extend(points)
        self._touch()

    def flush_if_old(self) -> None:
        """Write when the oldest entry has waited long enough."""
        if self._oldest and time.monotonic() - self._oldest >= FLUSH_S:
            self.flush()

    def flush(self) -> None:
        """Write everything collected so far in one transaction.

        Raises
        ------
        LeaseError
            If another runner took the run over; nothing is written then.
        """
        if not self._oldest:
            return
        batch = Batch(
            self._lease,
            self._run,
            tuple(self._executions.values()),
            self._fingerprints,
            tuple(self._metrics),
            tuple(self._params),
        )
        self._runs.record(batch)
        self._run, self._oldest = None, 0.0
        self._executions, self._fingerprints, self._metrics, self._params = {}, {}, [], []

    def close(self, record: RunRecord) -> None:
        """Write the run's last state and give the lease back."""
        self.run(record)
        self.flush()
        self._leases.release(self._lease)

    def _touch(self) -> None:
        self._oldest = self._oldest or time.monotonic()
