"""Time travel: values from after the moment at which the prediction is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from penstock.core.error import DataError
from penstock.ml.data.leakage.leakage import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from penstock.ml.data.leakage.rows import Column, Rows

_EPOCH = 100_000_000
"""Whole numbers from here on may be seconds since 1970; this one is in 1973."""


def find_future_values(rows: Rows) -> Iterator[Finding]:
    """Columns with moments after ``time``, and after ``label_time``."""
    request = rows.request
    for name, what in ((request.time, "the time of the row"), (request.label_time, "the time of the label")):
        if not name:
            continue
        reference = rows.column(name)
        if reference.kind not in ("moment", "integer", "number"):
            raise DataError(
                f"column '{name}' is {reference.kind}, which is no time",
                where="leakage",
                fix="read it as date, timestamp or number",
            )
        others = [column for column in rows.features() if _is_comparable(rows, reference, column)]
        for column in others:
            finding = _later(rows, column, reference, what)
            if finding:
                yield finding


def _is_comparable(rows: Rows, reference: Column, column: Column) -> bool:
    """Whether both are moments, or whole numbers that look like seconds (or smaller units) of the same years."""
    if column.name == reference.name or (column.kind == "moment") != (reference.kind == "moment"):
        return False
    if column.kind == "moment":
        return True
    if column.kind != "integer":
        return False
    own, other = (
        rows.fetch(f"select min({one.alias}), max({one.alias}) from rows where not isnan({one.alias}::double)")[0]
        for one in (column, reference)
    )
    if None in own or None in other:
        return False
    return bool(own[0] >= _EPOCH and other[0] >= _EPOCH and own[0] <= 2 * other[1] and other[0] <= 2 * own[1])


def _later(rows: Rows, column: Column, reference: Column, what: str) -> Finding | None:
    mine, other = column.alias, reference.alias
    present, later = rows.fetch(
        f"select count(*), count(*) filter ({mine} > {other}) from rows "
        f"where {mine} is not null and {other} is not null"
    )[0]
    if not later:
        return None
    share = later / present
    # One row in a hundred is enough to be nearly sure: values do not come from the future by chance.
    strength = round(min(1.0, 0.5 + 0.5 * (share * 100) ** 0.5 / 10) if share >= 0.01 else 0.5 * share * 100, 3)
    why = f"in {later} of {present} rows ({share:.1%}) it is later than '{reference.name}', {what}"
    fix = f"use its value as of '{reference.name}', or leave it out"
    return Finding(
        column.name, "future_value", strength, why, fix, {"later": later, "present": present, "than": reference.name}
    )
