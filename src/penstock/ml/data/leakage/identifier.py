"""Columns that number the rows, and columns that never change."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from penstock.ml.data.leakage.feature_counts import FeatureCounts
from penstock.ml.data.leakage.leakage import Finding

if TYPE_CHECKING:
    from penstock.ml.data.leakage.rows import Column, Rows

NAME_PATTERN = re.compile(
    r"(^|[_\W])(id|ids|uuid|guid|key|index|idx|rowid|row|number|no|nr|num|hash|digest|serial|token|ref)([_\W]|$)|[a-z](Id|ID)$",
)
"""Names that numbers of rows often have; never evidence on its own."""

_MIN_ROWS = 50
_UNIQUE = 0.99
_CANDIDATES = ("integer", "text", "bytes", "other")


def find_constant(counts: FeatureCounts) -> Finding | None:
    """A column with one value, or none."""
    mass = counts.mass
    if int(mass.sum()) < 2 or int((mass > 0).sum()) > 1:
        return None
    what = "it has the same value in all rows" if counts.num_values else "it is missing in all rows"
    return Finding(counts.column.name, "constant", 0.05, what, "leave it out: it tells nothing")


def find_identifier(rows: Rows, counts: FeatureCounts) -> Finding | None:
    """A column whose values are (almost) all different, and look as if they were given out one by one."""
    column = counts.column
    present = int(counts.mass[: counts.num_values].sum())
    if column.kind not in _CANDIDATES or present < _MIN_ROWS or counts.num_values < _UNIQUE * present:
        return None
    alias = column.alias
    present, distinct = rows.fetch(f"select count({alias}), count(distinct {alias}) from rows")[0]
    if distinct < _UNIQUE * present:
        return None
    shape = _shape(rows, column)
    has_name = bool(NAME_PATTERN.search(column.name)) or column.name in rows.request.options.ids
    if not shape and not has_name:
        return None
    strength = 0.4 + 0.1 * bool(shape) + 0.1 * has_name
    share = "all different" if distinct == present else f"{distinct / present:.2%} different"
    why = (
        f"its {present} values are {share}"
        + (f"; {shape}" if shape else "")
        + ("; its name says so" if has_name else "")
    )
    fix = "leave it out: a model can only learn rows by heart from it"
    return Finding(column.name, "identifier", round(strength, 3), why, fix, {"distinct": distinct, "present": present})


def _are_moments(low: int, high: int) -> bool:
    """Whether whole numbers may be times from 1990 to 2100, in seconds or in parts of them."""
    return any(631_152_000 * unit <= low and high < 4_102_444_800 * unit for unit in (1, 10**3, 10**6, 10**9))


def _shape(rows: Rows, column: Column) -> str:
    """What the values look like, in words; empty where they may as well be measured, or written by people."""
    alias = column.alias
    if column.kind == "integer":
        low, high, present = rows.fetch(f"select min({alias}), max({alias}), count({alias}) from rows")[0]
        if high - low + 1 <= 2 * present:
            return f"whole numbers that count up from {low} to {high} nearly without gaps"
        if low > 0 and len(str(low)) == len(str(high)) >= 8 and not _are_moments(low, high):
            return f"whole numbers of {len(str(low))} digits each"
        return ""
    if column.kind == "bytes":
        return "binary values"
    if column.kind != "text":
        return ""
    low, high, hexadecimal, spaced = rows.fetch(
        f"select min(length({alias})), max(length({alias})), bool_and(regexp_full_match({alias}, '[0-9a-fA-F-]+')), "
        f"avg(contains(trim({alias}), ' ')::int) from rows where {alias} is not null"
    )[0]
    if hexadecimal and low >= 8:
        return "digests or codes in hexadecimal digits"
    if spaced < 0.05 and low == high:
        return f"codes of {low} characters each"
    return "codes without blanks" if spaced < 0.05 else ""
