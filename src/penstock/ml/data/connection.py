"""DuckDB connections whose answers depend on nothing but the data."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from penstock.core.error import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import duckdb

_WRITING_WORD = re.compile(r"\b(copy|delete|insert|merge|update)\b", re.IGNORECASE)
_REMEDIES = (
    (
        re.compile("Unsupported Internal Arrow Type"),
        "cast the column before: 16-bit numbers to 32 bits, decimals to at most 38 digits, what is exotic to text",
    ),
    (
        re.compile(
            "magic bytes|Failed to read file|[Dd]ecompress|TProtocolException|Invalid TType|no longer a Parquet"
        ),
        "write the file again; it may be truncated, damaged or still being written",
    ),
)
"""What to do where not the query is wrong, but what it reads."""

_UNREPEATABLE = frozenset({"CONSISTENT_WITHIN_QUERY", "VOLATILE"})
# DuckDB's function table calls these consistent, or does not say; `error` never gives a value.
_CLOCKS = frozenset(
    {"ago", "current_localtime", "current_localtimestamp", "pg_conf_load_time", "pg_postmaster_start_time"}
)
_CLOCK_WORDS = frozenset({"current_date", "current_time", "current_timestamp", "localtime", "localtimestamp"})
# How DuckDB's parser calls a part of a query that changes something; quotes in texts are escaped there.
_WRITING_NODE = re.compile(r'"type":"(?!SET_|RECURSIVE_|CTE_)\w+_QUERY_NODE"')

MEMORY_LIMIT = "1GiB"
"""Beyond this DuckDB spills to the system's folder for temporary files; reading a CSV file stays within it."""


def connect() -> duckdb.DuckDBPyConnection:
    """A new in-memory database: order-preserving, in UTC, bounded in memory, blind to Python variables and the network.

    Returns
    -------
    duckdb.DuckDBPyConnection
        Of its own; relations and readers made from it keep it alive.
    """
    import os
    import tempfile
    from uuid import uuid4

    import duckdb

    # DuckDB names its files alike in every process, and removes the folder when it closes.
    spill = Path(tempfile.gettempdir()) / f"penstock-duckdb-{os.getpid()}-{uuid4().hex[:8]}"

    connection = duckdb.connect(
        config={
            "autoinstall_known_extensions": False,
            "memory_limit": MEMORY_LIMIT,
            "preserve_insertion_order": True,
            "python_enable_replacements": False,
            "temp_directory": str(spill),
        }
    )
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def confine(connection: duckdb.DuckDBPyConnection, paths: Iterable[Path] = ()) -> None:
    """Keep what people write in SQL to the data at hand: from here on, no other file, network or setting is reached.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        What is spilled still goes to its temporary folder.
    paths : iterable of Path
        Files that may be read.
    """
    # DuckDB holds patterns against this list as they are written, and then the files that they stand for.
    allowed = dict.fromkeys(name for path in paths for name in (str(path), *file_list([path])))
    connection.execute(f"SET allowed_paths = [{', '.join(map(quote_text, allowed))}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def check_expression(text: str, where: str) -> None:
    """Accept exactly one SQL expression, which can be put in parentheses and gives the same each time it runs.

    Raises
    ------
    DataError
        If the text does not parse, is anything else (several expressions, a statement, a part of one), or asks a
        clock, a random number or a counter.
    """
    import duckdb

    try:
        duckdb.SQLExpression(text)
    except (duckdb.Error, ValueError) as error:
        found = sql_error(error, where)
        raise DataError(found.what, where=where, fix="write one SQL expression over the columns of a row") from error
    if name := _unrepeatable(text):
        raise DataError(
            f"'{name}' gives something else each time it runs",
            where=where,
            fix="write the value itself, such as DATE '2026-01-31', or add it to the data as a column",
        )


@lru_cache(maxsize=64)
def check_select(query: str) -> None:
    """Accept exactly one SELECT statement that changes nothing.

    Raises
    ------
    DataError
        If the text does not parse, holds several statements or does anything but select.
    """
    import duckdb

    where = f"sql: {shorten(query)}"
    try:
        statements = _parser().extract_statements(query)
    except duckdb.Error as error:
        raise sql_error(error, where) from error
    if [statement.type for statement in statements] != [duckdb.StatementType.SELECT]:
        raise DataError(
            f"{len(statements)} statements, or one that does not select",
            where=where,
            fix="write one SELECT; the data set is called `this`",
        )
    if _WRITING_WORD.search(query) and _writes(query):
        raise DataError("the query also writes", where=where, fix="leave out COPY, INSERT and the like; only select")


def sql_error(error: Exception, where: str) -> DataError:
    """The error of DuckDB in our form; its hints stay."""
    # What follows a failure inside of DuckDB is for its developers.
    told = str(error).partition("Stack Trace:")[0].replace("INTERNAL Error: ", "")
    lines = [line.strip() for line in told.splitlines() if line.strip()]
    hints = [line for line in lines[1:] if not line.startswith(("LINE ", "^"))]
    return DataError(
        lines[0] if lines else type(error).__name__,
        where=where,
        fix=next((fix for pattern, fix in _REMEDIES if pattern.search(told)), " ".join(hints))
        or "correct the query; the data set is called `this`",
    )


def quote_name(name: str) -> str:
    """A column's name in SQL.

    Examples
    --------
    >>> quote_name('a"b')
    '"a""b"'
    """
    return '"' + name.replace('"', '""') + '"'


def quote_text(text: str) -> str:
    """A text in SQL.

    Examples
    --------
    >>> print(quote_text("it's"))
    'it''s'
    """
    return "'" + text.replace("'", "''") + "'"


def file_list(paths: Sequence[Path]) -> list[str]:
    """Paths for DuckDB, which would otherwise take ``[`` and ``*`` for patterns."""
    import glob

    return [glob.escape(str(path)) for path in paths]


def shorten(text: str, width: int = 120) -> str:
    """A text on one line, cut after ``width`` characters."""
    line = " ".join(text.split())
    return line if len(line) <= width else line[: width - 3] + "..."


def _unrepeatable(expression: str) -> str:
    """The first function in an expression whose answer depends on more than the row; empty if there is none."""
    ((parsed,),) = _parser().execute("select json_serialize_sql(?)", [f"select ({expression}\n)"]).fetchall()
    nodes = [json.loads(parsed)]
    while nodes:
        node = nodes.pop()
        if isinstance(node, list):
            nodes += node
        elif isinstance(node, dict):
            name = str(node.get("function_name", "")).lower()
            words = node.get("column_names") or [""]
            if name in _unrepeatable_functions() or (name == "age" and len(node["arguments"]) == 1):
                return name
            # Without parentheses a clock looks like a column.
            if len(words) == 1 and words[0].lower() in _CLOCK_WORDS:
                return str(words[0])
            nodes += node.values()
    return ""


@lru_cache(maxsize=1)
def _unrepeatable_functions() -> frozenset[str]:
    rows = _parser().execute("select distinct function_name, stability from duckdb_functions()").fetchall()
    return _CLOCKS | {str(name) for name, stability in rows if stability in _UNREPEATABLE and name != "error"}


def _writes(query: str) -> bool:
    """Whether a SELECT holds a WITH that copies to a file or changes a table; DuckDB's statement type does not tell."""
    ((parsed,),) = _parser().execute("select json_serialize_sql(?)", [query]).fetchall()
    return _WRITING_NODE.search(parsed) is not None


def _parser() -> duckdb.DuckDBPyConnection:
    """A cursor that only parses; one for each call, since a connection serves one thread at a time."""
    return _parsing_database().cursor()


@lru_cache(maxsize=1)
def _parsing_database() -> duckdb.DuckDBPyConnection:
    return connect()
