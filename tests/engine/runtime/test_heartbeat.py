from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import wait_until

from penstock.core.error import LeaseError
from penstock.engine.runtime.heartbeat import Heartbeat
from penstock.engine.store import Store, open_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'metadata.db'}")
    yield opened
    opened.close()


def _expiry(store: Store) -> int:
    (held,) = store.leases.live()
    return held.expires_us


def test_renews_while_the_caller_is_busy(store: Store) -> None:
    lease = store.leases.acquire("run:a", ttl_s=1)
    heartbeat = Heartbeat(store.leases, lease, ttl_s=600, every_s=0.01)
    wait_until(lambda: _expiry(store) > lease.expires_us + 500_000_000, what="a renewal")
    heartbeat.check()
    heartbeat.stop()
    heartbeat.stop()
    store.leases.release(lease)


def test_tells_that_the_lease_was_lost(store: Store) -> None:
    lease = store.leases.acquire("run:a", ttl_s=60)
    store.leases.release(lease)
    taken = store.leases.acquire("run:a", ttl_s=60)
    heartbeat = Heartbeat(store.leases, lease, every_s=0.01)

    def is_lost() -> bool:
        try:
            heartbeat.check()
        except LeaseError:
            return True
        return False

    wait_until(is_lost, what="the loss")
    heartbeat.stop()
    store.leases.release(taken)
