"""The metadata database on SQLite: how it is opened, and made when there is none."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import RLock
from typing import Any

from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from penstock.core.error import StoreError
from penstock.engine.store.database import Database, Dialect
from penstock.engine.store.disk_error import disk_error
from penstock.engine.store.schema import VERSION

_BUSY_S = 30.0
_CLOSED = "make the file and its folder writable for this user, or name another place: PENSTOCK_STORE=sqlite:///FILE"
_FULL = (
    "free space on that disk (penstock gc; penstock runs delete), or name another place: PENSTOCK_STORE=sqlite:///FILE"
)
_DAMAGED = "restore the file from a backup, or move it away: a new store is made"
_FIXES = {
    "SQLITE_FULL": _FULL,
    "SQLITE_READONLY": _CLOSED,
    "SQLITE_CANTOPEN": _CLOSED,
    "SQLITE_PERM": _CLOSED,
    "SQLITE_CORRUPT": _DAMAGED,
    "SQLITE_NOTADB": _DAMAGED,
    "SQLITE_BUSY": f"another process has kept the store locked for {_BUSY_S:.0f} s: see who, with fuser FILE",
    "SQLITE_IOERR": "the disk is full or fails: check it (df, dmesg), then run again",
}


def open_sqlite(path: Path) -> Database:
    """Open the database in that file; made, whole or not at all, if it is not there.

    Where the file or its folder cannot be written, it can still be read.

    Raises
    ------
    StoreError
        If the file can be neither opened nor made.
    """
    if not path.exists():
        create_sqlite(path)

    def explain(error: DBAPIError) -> StoreError:
        return _explain(error.orig, path)

    dialect = Dialect(
        insert=insert,
        begin_read="BEGIN",
        # A transaction that reads first and writes later could find itself out of date: take the lock at once.
        begin_write="BEGIN IMMEDIATE",
        # Inside a transaction that setting could not be changed; rebuilding a table needs it off.
        begin_alone=("PRAGMA foreign_keys = OFF", "BEGIN IMMEDIATE"),
        lock_out="",
        explain=explain,
        integrity=_integrity,
    )
    is_read_only = not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK | os.X_OK))
    engine = _engine(path, _read_only_mode(path) if is_read_only else "mode=rw")
    return Database(engine, where=str(path), dialect=dialect, lock=RLock(), is_read_only=is_read_only)


def create_sqlite(path: Path) -> None:
    """Make a new store in a temporary file and rename it; nothing happens if there is one."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _alone(path.parent):
            if not path.exists():
                _build(path)
    except OSError as error:
        raise disk_error(error, what="cannot make the store", where=str(path)) from error


def _read_only_mode(path: Path) -> str:
    """How to open a file that cannot be written; its log of changes needs a file beside it unless there is no log."""
    log = path.with_name(path.name + "-wal")
    return "mode=ro" if log.exists() and log.stat().st_size else "mode=ro&immutable=1"


def _engine(path: Path, mode: str) -> Engine:
    def connect() -> sqlite3.Connection:
        # Never mode=rwc: a store that vanished must not come back as an empty file.
        uri = f"{path.absolute().as_uri()}?{mode}"
        connection = sqlite3.connect(uri, uri=True, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        return connection

    return _engine_on(connect)


def _engine_on(connect: Callable[[], sqlite3.Connection]) -> Engine:
    # Put together by hand: `create_engine` asks the database questions whose answers nothing here uses,
    # and they took a third of the time to open a store.
    dialect = SQLiteDialect_pysqlite(dbapi=sqlite3)
    dialect.server_version_info = sqlite3.sqlite_version_info
    creator: Any = connect
    return Engine(StaticPool(creator, dialect=dialect), dialect, URL.create("sqlite"))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder; the system drops it when the process dies."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
        os.fsync(handle)
    finally:
        os.close(handle)


def _build(path: Path) -> None:
    new = path.with_name(f".{path.name}.new")
    # Whoever was here before and died left these; nobody else is at it now.
    for name in (new, new.with_name(new.name + "-wal"), new.with_name(new.name + "-shm")):
        name.unlink(missing_ok=True)
    try:
        _fill(new)
        with open(new, "rb") as file:
            os.fsync(file.fileno())
        new.rename(path)
    except BaseException:
        with suppress(OSError):
            new.unlink(missing_ok=True)
        raise


def _fill(path: Path) -> None:
    from penstock.engine.store.creation import create_tables

    connection = sqlite3.connect(path, isolation_level=None)
    engine = _engine_on(lambda: connection)
    try:
        # Nobody can see the file yet: it needs neither a journal nor flushes until it is whole.
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        with engine.connect() as session:
            session.exec_driver_sql("BEGIN")
            create_tables(session, VERSION)
            session.commit()
        connection.execute("PRAGMA journal_mode = WAL")
    except DBAPIError as error:
        raise _explain(error.orig, path) from error
    except sqlite3.Error as error:
        raise _explain(error, path) from error
    finally:
        engine.dispose()
        connection.close()


def _explain(error: BaseException | None, path: Path) -> StoreError:
    # For instance SQLITE_IOERR_WRITE: the first two words are the class.
    code = "_".join(getattr(error, "sqlite_errorname", "").split("_")[:2])
    return StoreError(
        f"the store cannot be used: {error}",
        where=str(path),
        fix=_FIXES.get(code, "penstock store check").replace("FILE", str(path) if code == "SQLITE_BUSY" else "FILE"),
    )


def _integrity(connection: Connection) -> list[str]:
    found = [row[0] for row in connection.exec_driver_sql("PRAGMA integrity_check")]
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    return [line for line in found if line != "ok"] + [
        f"row {row[1]} of table {row[0]} refers to a row of {row[2]} that is not there" for row in broken
    ]
