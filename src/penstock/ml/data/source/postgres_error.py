"""What a PostgreSQL server says, in our form and without passwords."""

from __future__ import annotations

import re
from typing import Any

from penstock.core.error import DataError
from penstock.ml.data.source.sql import SqlRequest, no_table
from penstock.ml.data.source.sql_url import DatabaseUrl

_SAY_WHO = "correct user and password; PGPASSWORD or ~/.pgpass may hold the password"
_NO_DATABASE = "correct the database's name in the URL, or create it: createdb NAME"
_UNREACHABLE = "start the server, or correct host and port in the URL"
_NO_TABLE = "42P01"
_FIXES = {
    "25006": "write a query that only reads",
    "28000": _SAY_WHO,
    "28P01": _SAY_WHO,
    "3D000": _NO_DATABASE,
    "42501": "grant this user the right to read it: GRANT SELECT ON ... TO ...",
    "42601": "write one SELECT in PostgreSQL's dialect",
    "53300": "let fewer processes connect, or raise max_connections of the server",
    "57014": "raise statement_timeout, or ask for less",
}
_KNOWN_TABLES = """
SELECT CASE WHEN pg_table_is_visible(c.oid) THEN relname ELSE nspname || '.' || relname END
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace
WHERE relkind IN ('r', 'v', 'm', 'p', 'f') AND nspname NOT IN ('pg_catalog', 'information_schema')
  AND nspname NOT LIKE 'pg_toast%' ORDER BY 1 LIMIT 10000
"""
_RELATION = re.compile(r'relation "(?P<name>[^"]+)" does not exist')
_NOISE = re.compile(r"^(?:[A-Z_]+: )?(?:\[libpq\] )?(?:Failed to [^:]*: |Execution error \[\w+\]: )*")


def explain(error: Exception, connection: Any, url: DatabaseUrl, request: SqlRequest) -> DataError:
    """The error of the driver in our form.

    Parameters
    ----------
    error : Exception
        Of the driver, or of Arrow while rows arrive.
    connection : object or None
        Used to look up the names of tables, where there is one.
    url : DatabaseUrl
        Its passwords are taken out of the message.
    request : SqlRequest
        What was asked.
    """
    details = {_text(name): _text(value) for name, value in getattr(error, "details", None) or ()}
    told = url.hide(details.get("PG_DIAG_MESSAGE_PRIMARY") or _first(str(error)))
    state = getattr(error, "sqlstate", None) or ""
    missing = _RELATION.search(told)
    if state == _NO_TABLE and missing and connection is not None:
        return no_table(missing["name"], _tables(connection), request.where)
    if connection is None:
        return DataError(f"the database cannot be opened: {told}", where=request.place, fix=_fix_of_connecting(told))
    hint = details.get("PG_DIAG_MESSAGE_HINT", "")
    fix = _FIXES.get(state) or url.hide(hint) or "correct the query, or the rows it reads"
    return DataError(f"the query fails: {told}", where=request.where, fix=fix)


def _text(value: Any) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _first(text: str) -> str:
    """What the server says, out of what the driver puts around it."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "the server gives no reason")
    line = line.rpartition("ERROR: ")[2] or line
    return _NOISE.sub("", line).strip()


def _fix_of_connecting(told: str) -> str:
    """What may help when there is no session: only the text says how far it came."""
    if "password" in told or "authentication" in told or "role" in told:
        return _SAY_WHO
    if "in URI" in told or "connection option" in told or "URI query parameter" in told:
        return "write it as postgresql://user@host:5432/database; %40 stands for @ in a password"
    return _NO_DATABASE if "does not exist" in told and "database" in told else _UNREACHABLE


def _tables(connection: Any) -> list[str]:
    """Names that this user may mean; none where the session is gone."""
    import adbc_driver_manager

    try:
        connection.rollback()
        with connection.cursor() as cursor:
            cursor.execute(_KNOWN_TABLES)
            return [str(row[0]) for row in cursor.fetchall()]
    except adbc_driver_manager.Error:
        # The first error is the one to tell.
        return []
