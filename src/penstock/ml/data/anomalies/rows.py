"""Which rows offend: one pass over the data for all findings that look at one row at a time."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from penstock.ml.data.anomalies.finding import Finding, Row
from penstock.ml.data.anomalies.search import Case, NoRowsError, Search, search
from penstock.ml.data.connection import quote_name
from penstock.ml.data.python_value import python_rows
from penstock.ml.data.schema.schema_view import SchemaView

if TYPE_CHECKING:
    from penstock.ml.data.dataset import Dataset


def find_rows(cases: Sequence[Case], schema: SchemaView, data: Dataset, max_rows: int) -> tuple[Finding, ...]:
    """The findings with their rows, the queries that find all of them, or the reason why there are none."""
    found: dict[int, Search] = {}
    notes: dict[int, str] = {}
    for number, case in enumerate(cases):
        try:
            found[number] = search(case, schema, data.schema)
        except NoRowsError as why:
            notes[number] = str(why)
    row = row_name(data.schema.names)
    simple = {number: one for number, one in found.items() if not one.window}
    rows = _scan(simple, data, row, max_rows) if simple else {}
    for number, one in found.items():
        rows |= _scan({number: one}, data, row, max_rows) if one.window else {}
    return tuple(
        _completed(case.finding, found[number], row, rows[number])
        if number in found
        else replace(case.finding, note=notes[number])
        for number, case in enumerate(cases)
    )


def row_name(names: Sequence[str]) -> str:
    """A name for the position that no column has: ``row``, else ``row_number`` and so on."""
    taken = {name.lower() for name in names}
    return next(name for name in _row_names() if name not in taken)


def numbered(row: str, more: str = "") -> str:
    """The data set with the position of each row, as a table expression."""
    positions = f"select row_number() over () - 1 as {quote_name(row)}, * from this"
    return f"(select *, {more} as hits from ({positions}))" if more else f"({positions})"


def plain(value: Any) -> Any:
    """A value of DuckDB as JSON: what JSON cannot write becomes text."""
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, (Decimal, timedelta)):
        return str(value)
    if isinstance(value, bytes):
        return value[:32].hex()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, (list, tuple)) else value


def _row_names() -> Iterator[str]:
    yield from ("row", "row_number")
    number = 2
    while True:
        yield f"row_number_{number}"
        number += 1


def _scan(
    searches: Mapping[int, Search], data: Dataset, row: str, max_rows: int
) -> dict[int, tuple[int, tuple[Row, ...]]]:
    """Number of offending rows and the first of them for each search, in one pass."""
    window = next(iter(searches.values())).window
    parts = []
    for number, one in searches.items():
        parts.append(f"count(*) filter (where {one.condition}) as n{number}")
        if max_rows:
            pair = f"struct_pack(at := {quote_name(row)}, value := {one.preview})"
            limit = f"arg_min({pair}, {quote_name(row)}, {max_rows}) filter (where {one.condition})"
            parts.append(f"{limit} as rows{number}")
    found = data.sql(f"select {', '.join(parts)} from {numbered(row, window)}").to_arrow()
    answer = python_rows(found)[0]
    return {
        number: (
            answer[f"n{number}"],
            tuple(Row(hit["at"], plain(hit["value"])) for hit in answer.get(f"rows{number}") or ()),
        )
        for number in searches
    }


def _completed(finding: Finding, one: Search, row: str, hits: tuple[int, tuple[Row, ...]]) -> Finding:
    number, rows = hits
    sql = (
        f"select {quote_name(row)}, {one.value} as value from {numbered(row, one.window)} "
        f"where {one.condition} order by {quote_name(row)}"
    )
    note = finding.note if number else "no row offends by itself"
    if not number and finding.type == "UNEXPECTED_DATA_TYPE":
        note = "every value can be read as the schema's type; the type of the whole column differs"
    return replace(finding, rows=rows, num_rows=number, sql=sql, note=note)
