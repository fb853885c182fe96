"""Checks that people write in SQL."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from penstock.core.error import DataError
from penstock.ml.data.anomalies.finding import Finding, Row
from penstock.ml.data.anomalies.fix import fix_of
from penstock.ml.data.anomalies.rows import numbered, plain, row_name
from penstock.ml.data.connection import check_expression, check_select, quote_name, shorten
from penstock.ml.data.metadata.anomaly_type import Severity
from penstock.ml.data.python_value import python_rows
from penstock.ml.data.schema.check import Check

if TYPE_CHECKING:
    from penstock.ml.data.dataset import Dataset

_QUERY = re.compile(r"\s*(select|with|from|\()\b", re.IGNORECASE)


def run_checks(checks: Sequence[Check], data: Dataset, max_rows: int) -> Iterator[Finding]:
    """A finding for each check that some row fails, or that the data do not let run.

    Parameters
    ----------
    checks : sequence of Check
        An expression over one row, which must be true; or a SELECT over ``this`` that gives the offending rows.
        The column ``row`` is the position of each row (``row_number`` where the data have a column ``row``).
    data : Dataset
    max_rows : int
        Rows of a finding at most.

    Raises
    ------
    DataError
        If a check is no SQL, or the data cannot be read.
    """
    row = row_name(data.schema.names)
    for check in checks:
        query = offending(check, row, data.schema.names)
        failing = _parsed(check, query, data)
        try:
            finding = _run(check, query, failing, row, max_rows)
        except DataError as error:
            # A column that is gone, or text where numbers were: what the other checks found should still be told.
            if not _is_about_values(error):
                raise
            finding = _impossible(check, query, error)
        if finding is not None:
            yield finding


def not_run(check: Check) -> Finding:
    """The warning for a check that needs rows where there are none."""
    return _finding(
        check,
        "WARNING",
        f"The check '{check.name}' needs the rows, and only statistics were given.",
        note="the data were not given",
        fix="give the data: validate(..., data=...)",
    )


def offending(check: Check, row: str, names: Sequence[str]) -> str:
    """The query that gives the offending rows."""
    if _QUERY.match(check.sql):
        return f"with this as {numbered(row)} select * from ({check.sql.strip().rstrip(';')})"
    used = [name for name in names if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", check.sql, re.IGNORECASE)]
    shown = ", ".join(map(quote_name, [row, *(used or names)]))
    return f"select {shown} from {numbered(row)} where ({check.sql}) is not true order by {quote_name(row)}"


def _parsed(check: Check, query: str, data: Dataset) -> Dataset:
    try:
        if _QUERY.match(check.sql):
            check_select(check.sql)
        else:
            check_expression(check.sql, "")
        return data.sql(query)
    except DataError as error:
        raise DataError(
            f"the check '{check.name}' cannot be run: {error.what}",
            where=f"schema, check '{check.name}': {shorten(check.sql)}",
            fix=error.fix,
        ) from error


def _run(check: Check, query: str, failing: Dataset, row: str, max_rows: int) -> Finding | None:
    number = 0
    hits: list[dict[str, Any]] = []
    for batch in failing.scan():
        hits += python_rows(batch.slice(0, max_rows - len(hits)))
        number += batch.num_rows
    if not number:
        return None
    message = check.message or f"The check '{check.name}' fails: {shorten(check.sql)}"
    found = tuple(Row(hit.pop(row, None), plain(hit)) for hit in hits)
    return _finding(check, check.severity, message, rows=found, num_rows=number, sql=query)


def _is_about_values(error: DataError) -> bool:
    """Whether DuckDB refused the query for what is in the data, and could read them."""
    import duckdb

    cause = error.__cause__
    return isinstance(cause, duckdb.Error) and not isinstance(cause, duckdb.IOException)


def _impossible(check: Check, query: str, error: DataError) -> Finding:
    return _finding(
        check,
        check.severity,
        f"The check '{check.name}' cannot be run on these data: {error.what}",
        sql=query,
        note="the check was not run",
        fix=f"correct the columns that it reads, or the check in the schema: {shorten(check.sql)}",
    )


def _finding(check: Check, severity: Severity, description: str, **more: Any) -> Finding:
    return Finding(
        **{
            "feature": check.features[0] if len(check.features) == 1 else "",
            "type": "CUSTOM_VALIDATION",
            "severity": severity,
            "short": check.message or f"Check '{check.name}'",
            "description": description,
            "fix": fix_of("CUSTOM_VALIDATION", ""),
            **more,
        }
    )
