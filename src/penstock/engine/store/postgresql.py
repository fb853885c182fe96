"""The metadata database on PostgreSQL: how it is opened, and its tables made when there are none."""

from __future__ import annotations

from contextlib import nullcontext

from sqlalchemy import create_engine
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from penstock.core.error import ConfigError, StoreError
from penstock.core.plugin import require
from penstock.engine.store.database import Database, Dialect
from penstock.engine.store.schema import VERSION

_CONNECT_S = 10
_LOCK = 0x70656E73746F636B
"""Key of the advisory lock around creation and migration: "penstock" in ASCII."""

_SAY_WHO = "correct user and password in the store's URL (give the password as a reference: env:NAME or file:PATH)"
_FIXES = {
    "28P01": _SAY_WHO,
    "28000": _SAY_WHO,
    "3D000": "create the database (createdb NAME), or correct its name in the store's URL",
    "42501": "grant this user the right to use and create tables in the database",
    "25006": "the server is read-only: name the primary server in the store's URL",
    "53100": "free space on the server's disk",
    "53300": "let fewer processes connect, or raise max_connections of the server",
}
_UNREACHABLE = "start the server, or correct host, port, user and password in the store's URL"


def open_postgresql(url: str) -> Database:
    """Open the database at that URL; the tables are made, all or none, if it has none.

    Raises
    ------
    StoreError
        If the server cannot be reached or refuses; the password is never told.
    MissingDependencyError
        If psycopg is not installed.
    """
    parsed = _parse(url)
    where = URL.create(
        "postgresql", parsed.username, None, parsed.host, parsed.port, parsed.database
    ).render_as_string()
    require("psycopg", extra="postgres", where=f"store {where}")
    engine = create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        connect_args={"connect_timeout": _CONNECT_S},
        pool_size=2,
        # A run lasts longer than many an idle connection.
        pool_pre_ping=True,
    )
    secrets = [text for text in (parsed.password, *_texts(parsed)) if text]

    def explain(error: DBAPIError) -> StoreError:
        return _explain(error, where, [str(secret) for secret in secrets])

    dialect = Dialect(
        insert=insert,
        begin_read="SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
        begin_write="",
        begin_alone=(f"SELECT pg_advisory_xact_lock({_LOCK})",),
        lock_out="LOCK TABLE artifact, fingerprint IN SHARE ROW EXCLUSIVE MODE",
        explain=explain,
        integrity=_integrity,
    )
    database = Database(engine, where=where, dialect=dialect, lock=nullcontext())
    _create(database)
    return database


def has_tables(connection: Connection) -> bool:
    """Whether there is a store in the database."""
    return connection.exec_driver_sql("SELECT to_regclass('alembic_version')").scalar() is not None


def _create(database: Database) -> None:
    with database.read() as connection:
        if has_tables(connection):
            return
    from penstock.engine.store.creation import create_tables

    with database.alone() as connection:
        if not has_tables(connection):
            create_tables(connection, VERSION)


def _parse(url: str) -> URL:
    try:
        return make_url(url)
    except (ArgumentError, ValueError) as error:
        raise ConfigError(
            "the store's URL cannot be read",
            where="setting 'store'",
            fix="write it as postgresql://user@host:5432/database",
        ) from error


def _texts(url: URL) -> list[str]:
    """Values given behind the question mark; a password may be among them."""
    return [text for value in url.query.values() for text in ((value,) if isinstance(value, str) else value)]


def _explain(error: DBAPIError, where: str, secrets: list[str]) -> StoreError:
    state = getattr(error.orig, "sqlstate", None) or ""
    told = str(error.orig).strip()
    for secret in secrets:
        told = told.replace(secret, "***")
    first = told.splitlines()[0] if told else type(error.orig).__name__
    # Without a state, the server was never reached or went away; the text says whether it was the password.
    refused = "password" in told or "authentication" in told
    fix = _FIXES.get(state) or (_SAY_WHO if refused else _UNREACHABLE if not state else "penstock store check")
    return StoreError(f"the store cannot be used: {first}", where=where, fix=fix)


def _integrity(connection: Connection) -> list[str]:
    # The server checks its references at every write and its pages at every read.
    connection.exec_driver_sql("SELECT count(*) FROM event")
    return []
