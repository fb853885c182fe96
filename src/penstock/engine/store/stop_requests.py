"""Who is asked to stop: a mark on the row of a lease, for its present holder alone."""

from __future__ import annotations

from sqlalchemy import select, update

from penstock.core.clock import now_us
from penstock.core.record import Lease
from penstock.engine.store.database import Database
from penstock.engine.store.leases import NOT_REQUESTED, is_held, lock_row
from penstock.engine.store.schema import lease


class DatabaseStopRequests:
    """`StopRequests` over a database.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def request(self, name: str) -> bool:
        """Ask the holder of that lease to stop; False if nobody may be at work under it."""
        with self._database.write() as connection:
            row = lock_row(connection, name)
            if row is None or not is_held(row):
                return False
            connection.execute(update(lease).where(lease.c.name == name).values(stop_requested_us=now_us()))
        return True

    def is_requested(self, held: Lease) -> bool:
        """Whether the holder of that very lease was asked to stop."""
        mine = select(lease.c.stop_requested_us).where(lease.c.name == held.name, lease.c.token == held.token)
        with self._database.read() as connection:
            return connection.execute(mine).scalar() not in (None, NOT_REQUESTED)
