"""The label of a search: a column, or an SQL expression over the row; as classes or as ranks."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from penstock.core.error import DataError, closest
from penstock.ml.data.connection import check_expression, check_select, quote_name, quote_text, shorten, sql_error

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

MAX_CLASSES = 100
"""Classes that are told apart; rarer ones count as one more."""

MAX_NUMERIC_CLASSES = 20
"""A numeric label with more different values is a quantity."""

RANKS = 10_000
"""A quantity is replaced by its rank, from 0 to this."""

# In the form of DuckDB's parser, where quotes in texts are escaped.
_MANY_ROWS = re.compile(r'"function_name":"(unnest|unlist|generate_subscripts)"', re.IGNORECASE)


@dataclass(frozen=True)
class Label:
    """How the label is computed, and what kind it is.

    Parameters
    ----------
    text : str
        As given.
    sources : tuple of str
        Columns that it is computed from; none where it is a column itself.
    classes : tuple of str
        As text, the most frequent first; empty for a quantity.
    code : str
        SQL over the column ``label`` that gives the class's place, or the rank; null where the label is missing.
    """

    text: str
    sources: tuple[str, ...]
    classes: tuple[str, ...]
    code: str


def label_expression(label: str, names: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """SQL of the label over columns of these names, and the columns that an expression uses.

    Raises
    ------
    DataError
        If it is neither a column nor an expression over columns.
    """
    if label in names:
        return quote_name(label), ()
    check_expression(label, f"label '{label}'")
    check_select(f"select ({label}) from this")
    used = _columns_used(label)
    by_case = {name.casefold(): name for name in reversed(names)}
    unknown = [name for name in used if name.casefold() not in by_case]
    if unknown or not used:
        wrong = f"the label names no column '{unknown[0]}'" if unknown else f"the label '{label}' uses no column"
        raise DataError(
            f"{wrong}; {closest(unknown[0] if unknown else label, names)}",
            where="leakage",
            fix='give a column, or an expression over columns: "tips > 0.2 * fare"',
        )
    sources = tuple(dict.fromkeys(by_case[name.casefold()] for name in used))
    return f"({label})", sources


def describe_label(connection: duckdb.DuckDBPyConnection, text: str, sources: tuple[str, ...]) -> Label:
    """Look at the column ``label`` of the table ``rows``.

    Raises
    ------
    DataError
        If it is missing everywhere, always the same, or nested.
    """
    kind = connection.sql("select label from rows limit 0").types[0]
    if kind.id in ("list", "array", "struct", "map", "union"):
        raise DataError(f"the label is {kind}", where=f"label '{text}'", fix="give a plain value as label")
    is_float = kind.id in ("float", "double")
    present = "label is not null" + (" and not isnan(label)" if is_float else "")
    # The limit is one more than what any kind of label needs to know.
    query = f"""
        select label::varchar as value, count(*) as n from rows where {present}
        group by label order by n desc, value limit {MAX_CLASSES + 1}"""
    found = connection.execute(query).fetchall()
    if len(found) < 2:
        what = f"is always {shorten(found[0][0], 60)}" if found else "is missing in all rows"
        raise DataError(f"the label {what}", where=f"label '{text}'", fix="give a label with at least two values")
    is_number = is_float or "int" in kind.id or kind.id == "decimal"
    if is_number and len(found) > MAX_NUMERIC_CLASSES:
        upto, same = "count(*) over (order by label)", "count(*) over (partition by label)"
        code = f"(2 * {upto} - {same}) * {RANKS // 2} // count(*) over ()"
        return Label(text, sources, (), f"case when {present} then {code} end")
    classes = tuple(value for value, _ in found)
    listed = ", ".join(quote_text(value) for value in classes[:MAX_CLASSES])
    place = f"coalesce(list_position([{listed}], label::varchar) - 1, {MAX_CLASSES})"
    return Label(text, sources, classes, f"case when {present} then {place} end")


def _columns_used(expression: str) -> list[str]:
    """Names of the columns in an expression, as DuckDB's own parser reads it."""
    import duckdb

    from penstock.ml.data.connection import connect

    query = f"select json_serialize_sql({quote_text(f'select ({expression}) from this')})"
    try:
        found = connect().execute(query).fetchall()
    except duckdb.Error as error:
        raise sql_error(error, f"label '{expression}'") from error
    parsed = found[0][0]
    if _MANY_ROWS.search(parsed):
        raise DataError(
            "the label makes several rows of one", where=f"label '{expression}'", fix="give one value for each row"
        )
    names: list[str] = []
    _collect(json.loads(parsed), names)
    return names


def _collect(node: Any, names: list[str]) -> None:
    if isinstance(node, dict):
        if node.get("class") == "COLUMN_REF":
            names.append(node["column_names"][-1])
        for value in node.values():
            _collect(value, names)
    elif isinstance(node, list):
        for value in node:
            _collect(value, names)
