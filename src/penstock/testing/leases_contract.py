"""What every `Leases` must do."""

from __future__ import annotations

import socket
import subprocess
import sys
from typing import Any

import pytest

from penstock.core.error import LeaseError
from penstock.core.record import Lease

_HOLD = """
import sys
from penstock.engine.store import open_store
lease = open_store(sys.argv[1]).leases.acquire("run:r1", ttl_s=3600)
print(lease.token, lease.pid, flush=True)
sys.stdin.read()
"""


def acquire_elsewhere(store: Any, name: str, *, ttl_s: float) -> Lease:
    """A lease that a process of another host holds: only time tells when that one ends."""
    with pytest.MonkeyPatch.context() as elsewhere:
        elsewhere.setattr(socket, "gethostname", lambda: "elsewhere")
        held: Lease = store.leases.acquire(name, ttl_s=ttl_s)
    return held


class LeasesContract:
    """Subclass it and give fixtures ``store``, an empty store, and ``store_url``, with which others open it."""

    def test_only_one_holds(self, store: Any) -> None:
        """The second is told who does; other names are free."""
        held = store.leases.acquire("run:r1", ttl_s=60)
        with pytest.raises(LeaseError, match=f"process {held.pid} on "):
            store.leases.acquire("run:r1", ttl_s=60)
        store.leases.acquire("run:r2", ttl_s=60)
        assert sorted(lease.name for lease in store.leases.live()) == ["run:r1", "run:r2"]

    def test_token_only_grows(self, store: Any) -> None:
        """Also past a release and past an expiry."""
        first = store.leases.acquire("x", ttl_s=60)
        store.leases.release(first)
        second = acquire_elsewhere(store, "x", ttl_s=0)
        third = store.leases.acquire("x", ttl_s=60)
        assert first.token < second.token < third.token

    def test_release(self, store: Any) -> None:
        """Free at once; releasing twice, or what another holds, does nothing."""
        first = store.leases.acquire("x", ttl_s=60)
        store.leases.release(first)
        assert store.leases.live() == []
        second = store.leases.acquire("x", ttl_s=60)
        store.leases.release(first)
        assert [lease.token for lease in store.leases.live()] == [second.token]

    def test_renew(self, store: Any) -> None:
        """Moves the expiry of a lease that is held, and of no other."""
        lease = store.leases.acquire("x", ttl_s=1)
        renewed = store.leases.renew(lease, ttl_s=3600)
        assert renewed.expires_us > lease.expires_us
        assert renewed.token == lease.token
        store.leases.release(renewed)
        with pytest.raises(LeaseError, match="lost"):
            store.leases.renew(renewed, ttl_s=60)

    def test_lost_to_another(self, store: Any) -> None:
        """Who let it expire cannot renew it once it is taken."""
        old = acquire_elsewhere(store, "x", ttl_s=0)
        store.leases.acquire("x", ttl_s=60)
        with pytest.raises(LeaseError, match="took it over"):
            store.leases.renew(old, ttl_s=60)

    def test_living_holder_here_is_not_robbed(self, store: Any) -> None:
        """On this host the process decides, not the clock: it may have jumped, or the process been suspended."""
        held = store.leases.acquire("x", ttl_s=0)
        assert [lease.token for lease in store.leases.live()] == [held.token]
        with pytest.raises(LeaseError, match="held"):
            store.leases.acquire("x", ttl_s=60)
        assert store.leases.renew(held, ttl_s=60).token == held.token

    def test_holder_elsewhere_expires_by_time(self, store: Any) -> None:
        """Nothing else is known of it."""
        acquire_elsewhere(store, "x", ttl_s=60)
        acquire_elsewhere(store, "y", ttl_s=0)
        assert [lease.name for lease in store.leases.live()] == ["x"]
        with pytest.raises(LeaseError, match="on elsewhere"):
            store.leases.acquire("x", ttl_s=60)
        assert store.leases.acquire("y", ttl_s=60)

    def test_dead_holder_is_expired_at_once(self, store: Any, store_url: str) -> None:
        """A killed process holds nothing, however long its lease; a living one does."""
        holder = subprocess.Popen(
            [sys.executable, "-c", _HOLD, store_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        with holder:
            assert holder.stdout is not None
            token, pid = (int(word) for word in holder.stdout.readline().split())
            with pytest.raises(LeaseError, match=f"process {pid} on "):
                store.leases.acquire("run:r1", ttl_s=60)
            assert [lease.pid for lease in store.leases.live()] == [pid]
            holder.kill()
        assert store.leases.live() == []
        assert store.leases.acquire("run:r1", ttl_s=60).token > token
