"""Rows that are in two splits: equal ones, and nearly equal ones.

Two rows are *equal* when they agree in every column but the known identifiers. They are *nearly equal* when they
agree in all columns but one after numbers are rounded to steps of a thousandth of the range that holds the middle 90 %
of them, and texts are trimmed and put in lower case. Of more than 16 columns, sixteen groups of columns take the place
of the columns. Where so few values are possible that rows would nearly agree by chance, nothing is said about them.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from penstock.ml.data.leakage.leakage import ALL_COLUMNS, Finding

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from penstock.ml.data.leakage.rows import Column, Rows

MIN_SHARE = 0.01
"""Least share of a split's rows that are nearly equal to one of the reference."""

MAX_PROBES = 100_000
"""Rows of a split that are looked for among those of the reference, chosen by hash."""

_BLOCKS = 16
_BY_CHANCE = 0.01
_STEPS = 1000
_FIX = (
    "remove the repeated rows, or split so that they stay together: stages.split keeps equal rows, and rows of one key"
)


def find_duplicates(rows: Rows, ids: Collection[str]) -> Iterator[Finding]:
    """Equal rows in several splits, equal rows at all, and equal rows with different labels."""
    body = _compared(rows, ids)
    if not body:
        return
    aliases = ", ".join(column.alias for column in body)
    label = rows.column(rows.request.label).alias if _has_own_label(rows) else "0"
    rows.connection.execute(
        f"create table prints as select hash({aliases}) as body, hash({label}) as label, split from rows"
    )
    is_common = _repeat_by_chance(rows, body)
    if len(rows.splits) > 1:
        yield from _across(rows, is_common=is_common)
    elif not is_common:
        yield from _within(rows)
    if _has_own_label(rows) and not is_common:
        yield from _contradictions(rows)


def find_near_duplicates(rows: Rows, ids: Collection[str]) -> Iterator[Finding]:
    """Rows of one split that are nearly equal to rows of the reference, and not equal."""
    body = sorted(_compared(rows, ids), key=lambda column: column.name)
    if len(body) < 3:
        return
    blocks = [block for index in range(_BLOCKS) if (block := body[index::_BLOCKS])]
    hashes = ", ".join(f"{_block_hash(rows, index, block)} as b{index}" for index, block in enumerate(blocks))
    rows.connection.execute(f"create table blocks as select {hashes}, split, row_hash from rows")
    chance = _chance(rows, len(blocks))
    names = list(rows.splits)
    for code in range(1, len(names)):
        if rows.splits[names[0]] * chance > _BY_CHANCE:
            continue
        rows.connection.execute(
            f"create or replace temp table probes as select *, row_number() over () as probe from blocks "
            f"where split = {code} order by row_hash limit {MAX_PROBES}"
        )
        near = _near(rows, len(blocks))
        probes = min(MAX_PROBES, rows.splits[names[code]])
        if probes and near >= 2 and near / probes >= MIN_SHARE:
            why = (
                f"{near} of {probes} rows of {names[code]} ({near / probes:.1%}) are nearly equal to a row of "
                f"{names[0]}: all columns but one, numbers to a thousandth of their range"
            )
            details = {"near": near, "rows": probes, "reference": names[0], "split": names[code]}
            fix = "keep what belongs together in one split: name the column that says so as key"
            yield Finding(ALL_COLUMNS, "near_duplicate_rows", round((near / probes) ** 0.5, 3), why, fix, details)


def _compared(rows: Rows, ids: Collection[str]) -> list[Column]:
    left_out = {*ids, rows.request.label, rows.request.splits, *rows.request.options.ignore}
    return [column for column in rows.columns if column.name not in left_out]


def _has_own_label(rows: Rows) -> bool:
    return rows.label is not None and not rows.label.sources


def _across(rows: Rows, *, is_common: bool) -> Iterator[Finding]:
    names = list(rows.splits)
    for code in range(1, len(names)):
        total = rows.splits[names[code]]
        known = rows.fetch(
            f"select count(*) from prints where split = {code} "
            "and (body, label) in (select (body, label) from prints where split = 0)"
        )[0][0]
        if not known:
            continue
        share = known / total
        why = f"{known} of {total} rows of {names[code]} ({share:.1%}) are also in {names[0]}"
        strength = share**0.5
        if is_common:
            why += "; so few values are possible that rows repeat by chance"
            strength /= 2
        details = {
            "repeated": known,
            "rows": total,
            "reference": names[0],
            "split": names[code],
        }
        yield Finding(ALL_COLUMNS, "duplicate_rows", round(strength, 3), why, _FIX, details)


def _within(rows: Rows) -> Iterator[Finding]:
    repeated = rows.num_rows - rows.fetch("select count(*) from (select distinct body, label from prints)")[0][0]
    share = repeated / rows.num_rows
    if share < 2 * MIN_SHARE:
        return
    why = (
        f"{repeated} of {rows.num_rows} rows ({share:.1%}) repeat another one; a split at random would put them in both"
    )
    yield Finding(ALL_COLUMNS, "duplicate_rows", round(share**0.5 / 2, 3), why, _FIX, {"repeated": repeated})


def _contradictions(rows: Rows) -> Iterator[Finding]:
    odd = rows.fetch(
        "select coalesce(sum(n) filter (labels > 1), 0) from "
        "(select count(*) as n, count(distinct label) as labels from prints group by body)"
    )[0][0]
    share = int(odd) / rows.num_rows
    if share < MIN_SHARE:
        return
    why = f"{odd} of {rows.num_rows} rows ({share:.1%}) are equal to another one in all but the label"
    fix = "find out which label is right; a score on such rows measures luck, or a row given twice"
    yield Finding(ALL_COLUMNS, "contradictory_rows", round(share**0.5 / 2, 3), why, fix, {"rows": int(odd)})


def _block_hash(rows: Rows, index: int, block: list[Column]) -> str:
    """Hash of the columns of one block, another one for each block even where their values are the same."""
    return f"hash({index}, {', '.join(_rounded(rows, column) for column in block)})"


def _rounded(rows: Rows, column: Column) -> str:
    """SQL of a column's value as it is compared."""
    alias = column.alias
    if column.kind == "text":
        return f"lower(trim({alias}))"
    if column.kind not in ("number", "integer"):
        return alias
    low, high = rows.fetch(
        f"select quantile_disc({alias}::double, 0.05), quantile_disc({alias}::double, 0.95) from sample "
        f"where isfinite({alias}::double)"
    )[0]
    step = (high - low) / _STEPS if low is not None else 0.0
    is_coarse = isfinite(step) and step > (1 if column.kind == "integer" else 0)
    return f"floor({alias}::double / {step!r})" if is_coarse else alias


def _repeat_by_chance(rows: Rows, body: list[Column]) -> bool:
    """Whether a row is likely to have an equal one, were the columns independent."""
    expected = float(rows.num_rows)
    for column in body:
        if expected <= _BY_CHANCE:
            break
        expected *= _agreement(rows, "rows", f"hash({column.alias})")
    return expected > _BY_CHANCE


def _agreement(rows: Rows, table: str, value: str) -> float:
    """Probability that two rows have the same value; of one split, lest rows in two of them count as chance."""
    stride = -(-rows.num_rows // MAX_PROBES)
    split = "split = 0" if len(rows.splits) > 1 else "true"
    pairs, n = rows.fetch(
        f"select sum(n * (n - 1)), sum(n) from (select count(*)::double as n from {table} "
        f"where (row_hash >> 20) % {stride} = 0 and {split} group by {value})"
    )[0]
    return (pairs or 0) / max(1, (n or 0) * ((n or 0) - 1))


def _chance(rows: Rows, blocks: int) -> float:
    """Probability that two rows agree in all blocks but one, were the blocks independent."""
    agreements = [_agreement(rows, "blocks", f"b{index}") for index in range(blocks)]
    result = 0.0
    for index in range(blocks):
        others = 1.0
        for place, agreement in enumerate(agreements):
            others *= agreement if place != index else 1.0
        result += others
    return result


def _near(rows: Rows, blocks: int) -> int:
    """Probes that agree with a row of the reference in all blocks but one, and are not equal to any."""
    whole = "b0"
    for place in range(1, blocks):
        whole = f"xor({whole}, b{place})"
    queries = (
        f"select probe from probes where xor({whole}, b{index}) in "
        f"(select xor({whole}, b{index}) from blocks where split = 0)"
        for index in range(blocks)
    )
    return int(
        rows.fetch(
            f"select count(*) from (select distinct probe from ({' union all '.join(queries)}) "
            "join probes using (probe) where row_hash not in (select row_hash from blocks where split = 0))"
        )[0][0]
    )
