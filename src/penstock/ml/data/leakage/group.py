"""Groups torn apart: the same patient, customer or machine in two splits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from penstock.ml.data.leakage.feature_counts import feature_counts
from penstock.ml.data.leakage.leakage import Finding
from penstock.ml.data.leakage.predictor import power_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from penstock.ml.data.leakage.rows import Column, Rows

ENTITY_PATTERN = re.compile(
    r"(^|[_\W])(user|customer|client|patient|person|people|member|subject|speaker|author|account|session|device|"
    r"machine|sensor|vehicle|household|family|card|iban|email|phone|ssn|uuid|guid|id|key)([_\W]|$)|[a-z](Id|ID)$",
    re.IGNORECASE,
)
"""Names of columns that say whom or what a row is about."""

_MIN_VALUES = 20
_ROWS_PER_VALUE = 1.5
_KINDS = ("integer", "text", "bytes")


def find_shared_groups(rows: Rows, ids: Collection[str]) -> Iterator[Finding]:
    """Columns that name groups, by the request or by their look, whose values are in two splits."""
    keys = rows.request.options.keys
    for column in rows.columns:
        is_key = column.name in keys
        if not is_key and (column.name in ids or column not in rows.features() or not _is_entity(rows, column)):
            continue
        names = list(rows.splits)
        for code in range(1, len(names)):
            finding = _shared(rows, column, (names[0], names[code], code), is_key=is_key)
            if finding:
                yield finding


def _is_entity(rows: Rows, column: Column) -> bool:
    if column.kind not in _KINDS or not ENTITY_PATTERN.search(column.name):
        return False
    present, distinct = rows.fetch(f"select count({column.alias}), count(distinct {column.alias}) from rows")[0]
    return bool(distinct >= _MIN_VALUES and present >= _ROWS_PER_VALUE * distinct)


def _shared(rows: Rows, column: Column, pair: tuple[str, str, int], *, is_key: bool) -> Finding | None:
    reference, other, code = pair
    alias = column.alias
    present, known, values = rows.fetch(f"""
        with known as (select distinct {alias} as value from rows where split = 0 and {alias} is not null)
        select count({alias}), count(value), count(distinct value)
        from rows left join known on {alias} = value where split = {code}""")[0]
    if not known:
        return None
    share = known / present
    why = (
        f"{values} of its values are in {reference} and in {other}: {known} of {present} rows of {other} ({share:.1%})"
    )
    strength = 0.5 + 0.5 * share**0.5
    if not is_key:
        strength = 0.5 * share**0.5
        why += "; by its name it says whom or what a row is about"
        skill = _skill(rows, column)
        if skill > 0.1:
            strength = 0.8 * share**0.5
            why += f", and rows of one value have labels alike (skill {skill:.2f})"
    fix = f'keep each value in one split: split by key="{column.name}"'
    details = {"known": known, "rows": present, "values": values, "reference": reference, "split": other}
    return Finding(column.name, "shared_group", round(strength, 3), why, fix, details)


def _skill(rows: Rows, column: Column) -> float:
    if rows.label is None:
        return 0.0
    return power_of(feature_counts(rows, column), min(len(rows.label.classes), 101)).skill_bound
