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

# Not to_regclass: it may answer from a cache that waiting for an advisory lock does not refresh.
_HAS_TABLES = """
SELECT count(*) FROM pg_tables WHERE tablename = 'alembic_version' AND schemaname = ANY (current_schemas(false))
"""

_SAY_WHO = "correct user and password in the store's URL (give the password as a reference: env:NAME or file:PATH)"
_NO_DATABASE = "create the database (createdb NAME), or correct its name in the store's URL"
_FIXES = {
    "28P01": _SAY_WHO,
    "28000": _SAY_WHO,
    "3D000": _NO_DATABASE,
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
    secrets = _secrets(parsed)

    def explain(error: DBAPIError) -> StoreError:
        return _explain(error, where, secrets)

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
    return bool(connection.exec_driver_sql(_HAS_TABLES).scalar())


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


def _secrets(url: URL) -> list[str]:
    given = url.query.get("password", ())
    return [text for text in (url.password, *((given,) if isinstance(given, str) else given)) if text]


def _explain(error: DBAPIError, where: str, secrets: list[str]) -> StoreError:
    state = getattr(error.orig, "sqlstate", None) or ""
    told = str(error.orig).strip()
    for secret in secrets:
        told = told.replace(secret, "***")
    first = told.splitlines()[0] if told else type(error.orig).__name__
    fix = _FIXES.get(state, "penstock store check") if state else _fix_of_connecting(first)
    return StoreError(f"the store cannot be used: {first}", where=where, fix=fix)


def _fix_of_connecting(told: str) -> str:
    """What may help when there is no session, hence no state: only the text says how far it came."""
    if "password" in told or "authentication" in told or "role" in told:
        return _SAY_WHO
    return _NO_DATABASE if "does not exist" in told else _UNREACHABLE


def _integrity(_: Connection) -> list[str]:
    return []  # the server checks references at every write and pages at every read
