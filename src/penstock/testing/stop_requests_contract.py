"""What every `StopRequests` must do."""

from __future__ import annotations

from typing import Any

from penstock.core.record import Batch
from penstock.testing.leases_contract import acquire_elsewhere
from penstock.testing.records import some_run


class StopRequestsContract:
    """Subclass it and give a fixture ``store``: an empty store with ``runs``, ``leases`` and ``stops``."""

    def test_holder_sees_the_request(self, store: Any) -> None:
        """That of its own lease, and for good: also past a renewal."""
        held = store.leases.acquire("run:r1", ttl_s=60)
        other = store.leases.acquire("run:r2", ttl_s=60)
        assert not store.stops.is_requested(held)
        assert store.stops.request("run:r1")
        assert store.stops.request("run:r1")
        assert store.stops.is_requested(held)
        assert store.stops.is_requested(store.leases.renew(held, ttl_s=60))
        assert not store.stops.is_requested(other)

    def test_nobody_to_ask(self, store: Any) -> None:
        """A name that nobody held, that was given back, or whose holder is gone."""
        assert not store.stops.request("run:r1")
        held = store.leases.acquire("run:r1", ttl_s=60)
        store.leases.release(held)
        assert not store.stops.request("run:r1")
        acquire_elsewhere(store, "run:r1", ttl_s=0)
        assert not store.stops.request("run:r1")

    def test_living_holder_here_is_asked_past_its_expiry(self, store: Any) -> None:
        """By the same rule as nobody may rob it."""
        held = store.leases.acquire("run:r1", ttl_s=0)
        assert store.stops.request("run:r1")
        assert store.stops.is_requested(held)

    def test_next_holder_is_not_meant(self, store: Any) -> None:
        """Who resumes a run that was asked to stop goes on."""
        held = store.leases.acquire("run:r1", ttl_s=60)
        store.stops.request("run:r1")
        store.leases.release(held)
        assert not store.stops.is_requested(store.leases.acquire("run:r1", ttl_s=60))
        assert not store.stops.is_requested(held)

    def test_request_changes_no_record(self, store: Any) -> None:
        """A run that ends at the same time stays as it ended."""
        held = store.leases.acquire("run:r1", ttl_s=60)
        done = some_run("r1", state="complete")
        store.runs.record(Batch(lease=held, run=done))
        assert store.stops.request("run:r1")
        store.runs.record(Batch(lease=held))
        assert store.runs.run("r1") == done
