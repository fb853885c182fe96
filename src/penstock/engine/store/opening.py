"""Opens a metadata store by URL and sees to its version."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from penstock.core.error import ConfigError, NewerStoreError, StoreError
from penstock.engine.store.database import Database
from penstock.engine.store.leases import DatabaseLeases
from penstock.engine.store.lineage import DatabaseLineage
from penstock.engine.store.metric_log import DatabaseMetricLog
from penstock.engine.store.run_log import DatabaseRunLog
from penstock.engine.store.schema import VERSION
from penstock.engine.store.stop_requests import DatabaseStopRequests

_SQLITE = "sqlite:///"
_POSTGRESQL = "postgresql://"


class Store:
    """What is recorded of runs, by concern, over one database.

    Parameters
    ----------
    database : Database

    Attributes
    ----------
    runs : RunLog
    lineage : Lineage
    leases : Leases
    stops : StopRequests
    metrics : MetricLog
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self.runs = DatabaseRunLog(database)
        self.lineage = DatabaseLineage(database)
        self.leases = DatabaseLeases(database)
        self.stops = DatabaseStopRequests(database)
        self.metrics = DatabaseMetricLog(database)

    @property
    def is_read_only(self) -> bool:
        """Whether this user may read but not write; what dead processes left then stays as it is."""
        return self.database.is_read_only

    def close(self) -> None:
        """Close the database's connections."""
        self.database.close()


def open_store(url: str) -> Store:
    """Open the metadata store at a URL; it is made if it is not there, and brought up to date if it is older.

    Parameters
    ----------
    url : str
        ``sqlite:///FILE`` (a fourth slash for an absolute path; the path is taken as it stands, not
        percent-decoded) or ``postgresql://user@host:port/database``.

    Raises
    ------
    ConfigError
        If the URL is neither.
    NewerStoreError
        If a newer version of Penstock has written it.
    StoreError
        If it can be neither opened nor made.
    """
    database = _open_database(url)
    try:
        _see_to_version(database)
    except BaseException:
        database.close()
        raise
    return Store(database)


def store_exists(url: str) -> bool:
    """Whether there is something at a URL that `open_store` would open rather than make; makes nothing."""
    return not url.startswith(_SQLITE) or Path(url.removeprefix(_SQLITE)).exists()


def _open_database(url: str) -> Database:
    # Imported here: the dialect that is not used costs more than opening the store.
    if url.startswith(_SQLITE) and url != _SQLITE:
        from penstock.engine.store.sqlite import open_sqlite

        return open_sqlite(Path(url.removeprefix(_SQLITE)))
    if url.startswith(_POSTGRESQL):
        from penstock.engine.store.postgresql import open_postgresql

        return open_postgresql(url)
    scheme = url.partition(":")[0]
    raise ConfigError(
        f"a store of the kind '{scheme}' is not known; known: sqlite, postgresql",
        where="setting 'store'",
        fix="write sqlite:///FILE or postgresql://user@host:5432/database",
    )


def _see_to_version(database: Database) -> None:
    with database.read() as connection:
        stamp = _stamp(connection, database)
    if stamp == VERSION:
        return
    if not (stamp.isdecimal() and len(stamp) == len(VERSION)):
        raise _foreign(database)
    if stamp > VERSION:
        raise NewerStoreError(
            f"the store has version {stamp}; this Penstock knows versions up to {VERSION}",
            where=database.where,
            fix="pip install --upgrade penstock, or name another store: PENSTOCK_STORE=URL",
        )
    from penstock.engine.store.creation import migrate

    with database.alone() as connection:
        if _stamp(connection, database) < VERSION:
            migrate(connection, VERSION)
    # The connection's settings were changed for the migration: start with a new one.
    database.close()


def _stamp(connection: Connection, database: Database) -> str:
    try:
        found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    except DBAPIError as error:
        if "alembic_version" not in str(error.orig):
            raise
        raise _foreign(database) from error
    return str(found)


def _foreign(database: Database) -> StoreError:
    return StoreError(
        "the database holds something else than a Penstock store",
        where=database.where,
        fix="name a database of its own: PENSTOCK_STORE=URL; if it is an empty file, remove it",
    )
