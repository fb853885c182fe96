from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.core.error import LeaseError
from penstock.core.record import Batch, run_lease
from penstock.engine.store import Store, open_store
from penstock.testing.records import some_run


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    yield store
    store.close()


def become(monkeypatch: pytest.MonkeyPatch, **changes: str | int) -> None:
    """Let the store see another process in this one."""
    from penstock.engine.store import leases
    from penstock.engine.store.process import this_process

    other = this_process()._replace(**changes)
    monkeypatch.setattr(leases, "this_process", lambda: other)


def set_clock(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Move the wall clock by so many seconds."""
    moved_ns = time.time_ns() + int(seconds * 1e9)
    monkeypatch.setattr(time, "time_ns", lambda: moved_ns)


def test_remote_holder_expires_by_time_alone(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as elsewhere:
        become(elsewhere, host="elsewhere", pid=2**22 + 1)
        held = store.leases.acquire("x", ttl_s=60)
    with pytest.raises(LeaseError, match="on elsewhere"):
        store.leases.acquire("x", ttl_s=60)
    assert [lease.host for lease in store.leases.live()] == ["elsewhere"]
    set_clock(monkeypatch, 61)
    assert store.leases.live() == []
    assert store.leases.acquire("x", ttl_s=60).token == held.token + 1


def test_holder_from_before_the_last_boot_is_dead(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from penstock.engine.store.process import this_process

    machine, _, namespace = this_process().boot_id.split(":")
    with monkeypatch.context() as earlier:
        become(earlier, boot_id=f"{machine}:before:{namespace}")
        store.leases.acquire("x", ttl_s=3600)
    assert store.leases.live() == []
    assert store.leases.acquire("x", ttl_s=60).token == 2


def test_living_holder_keeps_its_lease_past_its_expiry(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    held = store.leases.acquire(run_lease("r1"), ttl_s=1)
    store.runs.record(Batch(lease=held, run=some_run("r1")))
    set_clock(monkeypatch, 100)
    assert [lease.token for lease in store.leases.live()] == [held.token]
    with pytest.raises(LeaseError, match="held"):
        store.leases.acquire(run_lease("r1"), ttl_s=60)
    with pytest.raises(LeaseError, match="held"):
        store.runs.forget(["r1"])
    store.runs.record(Batch(lease=held, run=some_run("r1", state="complete")))


def test_stopped_process_keeps_its_lease(store: Store, tmp_path: Path) -> None:
    code = (
        "import sys; from penstock.engine.store import open_store;"
        "open_store(sys.argv[1]).leases.acquire('x', ttl_s=0); print(flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, f"sqlite:///{tmp_path}/store.db"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        holder.send_signal(signal.SIGSTOP)
        try:
            with pytest.raises(LeaseError, match=f"process {holder.pid} on "):
                store.leases.acquire("x", ttl_s=60)
            assert store.stops.request("x")
        finally:
            holder.kill()
    assert store.leases.acquire("x", ttl_s=60)


def test_clock_going_backwards(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    held = store.leases.acquire("x", ttl_s=60)
    store.runs.record(Batch(lease=held, run=some_run("first", created_us=2)))
    set_clock(monkeypatch, -3600)
    store.runs.record(Batch(lease=held, run=some_run("second", created_us=1)))
    assert store.leases.renew(held, ttl_s=60).expires_us < held.expires_us
    assert [run.run for run in store.runs.runs()] == ["second", "first"]
    assert store.runs.run("last").run == "second"
    with pytest.raises(LeaseError, match="held"):
        store.leases.acquire("x", ttl_s=60)
    store.leases.release(held)
    assert store.leases.acquire("x", ttl_s=60).token == held.token + 1


def test_oldest_live(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    assert store.leases.oldest_live_us() is None
    before_us = time.time_ns() // 1000
    first = store.leases.acquire("a", ttl_s=60)
    after_us = time.time_ns() // 1000
    store.leases.acquire("b", ttl_s=60)
    oldest_us = store.leases.oldest_live_us()
    assert oldest_us is not None
    assert before_us <= oldest_us <= after_us
    store.leases.release(first)
    oldest_us = store.leases.oldest_live_us()
    assert oldest_us is not None
    assert oldest_us >= after_us
