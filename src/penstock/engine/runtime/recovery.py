"""Runs from outside: asking one to stop, and closing those whose runner died."""

from __future__ import annotations

from dataclasses import replace

from penstock.core.clock import now_us
from penstock.core.error import LeaseError, UsageError
from penstock.core.record import RunRecord, run_lease
from penstock.core.state import ABANDONED, CANCELED, RUNNING
from penstock.engine.runtime.heartbeat import TTL_S
from penstock.engine.runtime.journal import Journal
from penstock.engine.runtime.place import Place


def request_cancel(place: Place, record: RunRecord) -> None:
    """Ask whoever runs it to stop; a run that nobody runs is marked cancelled."""
    if record.state != RUNNING:
        raise UsageError(
            f"run {record.run} is {record.state}", where=f"run {record.run}", fix="only a running run can be cancelled"
        )
    if not place.store.stops.request(run_lease(record.run)):
        _close_dead(place, record, CANCELED)


def sweep(place: Place) -> None:
    """Mark runs whose runner died as abandoned, with the executions it left running."""
    running = [record for record in place.store.runs.runs() if record.state == RUNNING]
    if not running:
        return
    held = {lease.name for lease in place.store.leases.live()}
    for record in running:
        if run_lease(record.run) not in held:
            _close_dead(place, record, ABANDONED)


def _close_dead(place: Place, record: RunRecord, state: str) -> None:
    """Give a run without a runner its last state."""
    try:
        lease = place.store.leases.acquire(run_lease(record.run), ttl_s=TTL_S)
    except LeaseError:
        # Somebody resumed it meanwhile: it is alive.
        return
    try:
        # What was read before the lease was taken may be out of date: the run may just have ended.
        record = place.store.runs.run(record.run)
        if record.state == RUNNING:
            journal = Journal(place.store.runs, place.store.leases, lease)
            for execution in place.store.runs.executions(record.run):
                if execution.state == RUNNING:
                    journal.execution(replace(execution, state=ABANDONED))
            journal.close(replace(record, state=state, finished_us=now_us()))
    finally:
        place.store.leases.release(lease)
