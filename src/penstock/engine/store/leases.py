"""Who may write to what: leases over a database, fenced by a token that only grows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.engine import Connection, Row

from penstock.core.clock import now_us
from penstock.core.error import LeaseError
from penstock.core.record import Lease
from penstock.engine.store.database import Database
from penstock.engine.store.process import Holder, is_running, this_process
from penstock.engine.store.schema import lease

_RELEASED = 0
"""`expires_us` of a lease that was given back; its row stays, so that its token goes on growing."""

NOT_REQUESTED = 0
"""`stop_requested_us` of a lease whose holder was not asked to stop."""


class DatabaseLeases:
    """`Leases` over a database.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def acquire(self, name: str, *, ttl_s: float) -> Lease:
        """Take a lease that is free, held by a dead process of this host, or expired on another one.

        Any request to stop that the last holder was given is forgotten.

        Raises
        ------
        LeaseError
            If a living holder has it; the message says who.
        """
        mine, time_us = this_process(), now_us()
        holder: dict[str, Any] = {
            "host": mine.host,
            "boot_id": mine.boot_id,
            "pid": mine.pid,
            "pid_started": mine.started,
        }
        times = {"acquired_us": time_us, "expires_us": time_us + _us(ttl_s), "stop_requested_us": NOT_REQUESTED}
        with self._database.write() as connection:
            # A row to lock must be there before it can be locked.
            blank = {"name": name, "token": 0, **holder, **times, "expires_us": _RELEASED}
            connection.execute(self._database.dialect.insert(lease).on_conflict_do_nothing(), blank)
            token = require_free(connection, name, self._database.where) + 1
            connection.execute(update(lease).where(lease.c.name == name).values(token=token, **holder, **times))
        return Lease(name=name, token=token, **holder, expires_us=times["expires_us"])

    def renew(self, held: Lease, *, ttl_s: float) -> Lease:
        """Move the expiry; `LeaseError` if somebody took it over."""
        expires_us = now_us() + _us(ttl_s)
        with self._database.write() as connection:
            require_held(connection, held, self._database.where)
            connection.execute(update(lease).where(lease.c.name == held.name).values(expires_us=expires_us))
        return Lease(held.name, held.token, held.host, held.boot_id, held.pid, held.pid_started, expires_us)

    def release(self, held: Lease) -> None:
        """Give it back; nothing happens if it is no longer held."""
        mine = update(lease).where(lease.c.name == held.name, lease.c.token == held.token)
        with self._database.write() as connection:
            connection.execute(mine.values(expires_us=_RELEASED))

    def live(self) -> list[Lease]:
        """Leases whose holder may still be at work."""
        return [_lease(row) for row in self._live_rows()]

    def oldest_live_us(self) -> int | None:
        """When the oldest of the live leases was acquired; None if there is none."""
        return min((row.acquired_us for row in self._live_rows()), default=None)

    def _live_rows(self) -> list[Row[Any]]:
        held = select(lease).where(lease.c.expires_us != _RELEASED).order_by(lease.c.name)
        with self._database.read() as connection:
            rows = connection.execute(held).all()
        return [row for row in rows if is_held(row)]


def require_held(connection: Connection, held: Lease, where: str) -> None:
    """Lock a lease's row for the rest of the transaction; `LeaseError` if the lease was lost."""
    row = lock_row(connection, held.name)
    if row is not None and row.token == held.token and row.expires_us != _RELEASED:
        return
    is_taken = row is not None and row.token != held.token
    raise LeaseError(
        f"the lease on {held.name} was lost: " + (f"{_who(row)} took it over" if is_taken else "it was given back"),
        where=where,
        fix="let the other process finish, or stop it; then penstock resume",
    )


def require_free(connection: Connection, name: str, where: str) -> int:
    """Lock a lease's row for the rest of the transaction and give its last token.

    Raises
    ------
    LeaseError
        If somebody living holds it.
    """
    row = lock_row(connection, name)
    if row is not None and is_held(row):
        raise LeaseError(
            f"{name} is held by {_who(row)}",
            where=where,
            fix="wait until it ends, or stop it (penstock cancel)",
        )
    return 0 if row is None else int(row.token)


def lock_row(connection: Connection, name: str) -> Row[Any] | None:
    """The row of a lease, which nobody else changes for the rest of the transaction; None if there is none."""
    return connection.execute(select(lease).where(lease.c.name == name).with_for_update()).first()


def is_held(row: Row[Any]) -> bool:
    """Whether a lease's holder may still be at work.

    On this host the process decides: clocks jump, and a suspended process goes on where it was. Of others
    nothing is known but the time.
    """
    if row.expires_us == _RELEASED:
        return False
    running = is_running(_holder(row))
    return bool(row.expires_us > now_us() if running is None else running)


def _holder(row: Row[Any]) -> Holder:
    return Holder(row.host, row.boot_id, row.pid, row.pid_started)


def _who(row: Any) -> str:
    return f"process {row.pid} on {row.host}"


def _lease(row: Row[Any]) -> Lease:
    return Lease(row.name, row.token, row.host, row.boot_id, row.pid, row.pid_started, row.expires_us)


def _us(seconds: float) -> int:
    return int(seconds * 1_000_000)
