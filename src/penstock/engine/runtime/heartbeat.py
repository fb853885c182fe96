"""The heartbeat of a run: renews its lease, however long a step takes."""

from __future__ import annotations

import threading

from penstock.core.error import LeaseError, StoreError
from penstock.core.protocol import Leases
from penstock.core.record import Lease

TTL_S = 60.0
EVERY_S = 15.0


class Heartbeat:
    """Renews a lease from a thread of its own until it is stopped.

    Parameters
    ----------
    leases : Leases
        Usable from several threads.
    lease : Lease
    ttl_s, every_s : float
        How long each renewal holds, and the time between two.
    """

    def __init__(self, leases: Leases, lease: Lease, *, ttl_s: float = TTL_S, every_s: float = EVERY_S) -> None:
        self._leases = leases
        self._lease = lease
        self._ttl_s = ttl_s
        self._every_s = every_s
        self._lost: LeaseError | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="penstock-heartbeat", daemon=True)
        self._thread.start()

    def check(self) -> None:
        """Go on only while the lease is held.

        Raises
        ------
        LeaseError
            If somebody else took it over.
        """
        if self._lost is not None:
            raise self._lost

    def stop(self) -> None:
        """End the renewals. Idempotent."""
        self._stop.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._stop.wait(self._every_s):
            try:
                self._leases.renew(self._lease, ttl_s=self._ttl_s)
            except LeaseError as error:
                self._lost = error
                return
            except StoreError:
                # Out of reach for now: a later beat, or the next write, will tell.
                continue
