"""Stages `split` and `split_three`: rows to learn from, and rows held out."""

from __future__ import annotations

from typing import Literal, NamedTuple

from penstock.core.error import DataError
from penstock.engine.authoring import step
from penstock.ml.data.dataset import Dataset

TRAIN, EVAL, TEST = "train", "eval", "test"


class Splits(NamedTuple):
    """The rows to learn from, and the rows to judge by."""

    train: Dataset
    eval: Dataset


class ThreeSplits(NamedTuple):
    """The rows to learn from, the rows to choose by, and the rows for the last word."""

    train: Dataset
    eval: Dataset
    test: Dataset


@step
def split(
    data: Dataset,
    *,
    fractions: dict[str, float] | None = None,
    key: str | list[str] = "",
    by: Literal["hash", "tfx", "time", "stratify", "column"] = "hash",
    boundaries: dict[str, str | float] | None = None,
    gap: float = 0,
) -> Splits:
    """Split rows in two by a rule that looks at nothing but the rows (`penstock.ml.data.split` defines each).

    The same rows, in any order and from any layout of files, give the same splits.

    =============  =============================  ============================================================
    ``by``         ``key``                        ``fractions``
    =============  =============================  ============================================================
    ``hash``       columns whose values stay      parts; 0.8 and 0.2
                   together; empty: equal rows
    ``tfx``        the partition feature          numbers of TFX's hash buckets; 2 and 1
    ``time``       the time                       parts, in the order of time; or ``boundaries``, and ``gap``
    ``stratify``   the class                      parts of each class; 0.8 and 0.2
    ``column``     values are names of splits     none
    =============  =============================  ============================================================

    Parameters
    ----------
    data : Dataset
    fractions : dict of str to float, optional
        Parts of ``train`` and ``eval``, 1 in all; for ``tfx`` whole numbers.
    key : str or list of str
        Column that decides; several for ``hash`` and ``stratify``.
    by : str
        The rule.
    boundaries : dict of str to str or float, optional
        By time: where ``eval`` begins, as a number or in ISO form: ``{"eval": "2026-01-01"}``.
    gap : float
        By time: rows closer than this before a boundary are left out; seconds for dates and timestamps, else in the
        column's own unit.

    Raises
    ------
    DataError
        If the fractions do not add up, the key is no column, or the rows do not fit the rule.
    """
    request = _Request(fractions, key, by, boundaries, gap)
    return Splits(*_parts(data, {TRAIN: 0.8, EVAL: 0.2}, {TRAIN: 2, EVAL: 1}, request))


@step
def split_three(
    data: Dataset,
    *,
    fractions: dict[str, float] | None = None,
    key: str | list[str] = "",
    by: Literal["hash", "tfx", "time", "stratify", "column"] = "hash",
    boundaries: dict[str, str | float] | None = None,
    gap: float = 0,
) -> ThreeSplits:
    """Split rows in three; as `split`, with a ``test`` besides.

    Parameters
    ----------
    data : Dataset
    fractions : dict of str to float, optional
        Parts of ``train``, ``eval`` and ``test``, 1 in all: 0.8, 0.1, 0.1 by default; for ``tfx`` 8, 1, 1 buckets.
    key, by, boundaries, gap
        See `split`; by time ``boundaries`` names ``eval`` and ``test``.

    Raises
    ------
    DataError
        See `split`.
    """
    request = _Request(fractions, key, by, boundaries, gap)
    return ThreeSplits(*_parts(data, {TRAIN: 0.8, EVAL: 0.1, TEST: 0.1}, {TRAIN: 8, EVAL: 1, TEST: 1}, request))


class _Request(NamedTuple):
    fractions: dict[str, float] | None
    key: str | list[str]
    by: str
    boundaries: dict[str, str | float] | None
    gap: float


def _parts(data: Dataset, parts: dict[str, float], buckets: dict[str, int], request: _Request) -> list[Dataset]:
    """The splits in the order of ``parts``, which holds the default fractions."""
    from penstock.ml.data.split import SplitRule, split_dataset

    default = buckets if request.by == "tfx" else parts
    fractions = default if request.fractions is None else request.fractions
    _check(request, list(parts), fractions)
    # The order counts for time and buckets; that of a parameter's names does not survive JSON.
    fractions = {name: fractions[name] for name in parts}
    rule = SplitRule(request.by, fractions, request.key, request.boundaries or {}, request.gap)
    found = split_dataset(data, rule.splitter())
    return [found[name] for name in parts]


def _check(request: _Request, names: list[str], fractions: dict[str, float] | dict[str, int]) -> None:
    where = "stage 'split'"
    if set(fractions) != set(names):
        raise DataError(
            f"fractions name {', '.join(sorted(fractions)) or 'nothing'}",
            where=where,
            fix=f"name all splits: {', '.join(names)}",
        )
    if request.boundaries is not None and set(request.boundaries) != set(names[1:]):
        raise DataError(
            f"boundaries name {', '.join(sorted(request.boundaries)) or 'nothing'}",
            where=where,
            fix=f"say where {' and '.join(names[1:])} begins",
        )
    if request.fractions is not None and (request.boundaries is not None or request.by == "column"):
        raise DataError(
            "fractions mean nothing where the data say what belongs where",
            where=where,
            fix="leave them out",
        )
