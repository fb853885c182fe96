"""Stage `check_leakage`: what gives the label away is found before anything is trained."""

from __future__ import annotations

from typing import Any

from penstock.core.context import log_metrics
from penstock.core.error import UsageError
from penstock.engine.authoring import step
from penstock.ml.data.dataset import Dataset
from penstock.ml.data.leakage.leakage import CERTAIN, Leakage

_COLUMNS = ("splits", "time", "label_time")


@step
def check_leakage(
    data: Dataset,
    held_out: Dataset | None = None,
    test: Dataset | None = None,
    *,
    label: str = "",
    max_strength: float = CERTAIN,
    options: dict[str, Any] | None = None,
) -> Leakage:
    """Search rows for leakage (`penstock.ml.data.leakage.find_leakage`), and stop the run where it is strong.

    Parameters
    ----------
    data : Dataset
        All rows, or those to learn from.
    held_out : Dataset, optional
        Rows to judge by; what both share that they should not is then looked for, too.
    test : Dataset, optional
        Rows for the last word; the same holds for them.
    label : str
        A column, or an SQL expression over the row: ``tips > 0.2 * fare``.
    max_strength : float
        A finding this strong, or stronger, stops the run; above 1 none does.
    options : dict, optional
        Settings of `penstock.ml.data.leakage.LeakageOptions` by name: ``{"keys": ["patient"], "ignore": ["notes"]}``;
        and the columns ``time`` (the moment at which the prediction is made), ``label_time`` (at which the label became
        known) and ``splits`` (names each row's split, where ``data`` stands alone).

    Returns
    -------
    Leakage
        The findings, strongest first.

    Raises
    ------
    DataError
        If a finding is too strong, or the data cannot be searched.
    UsageError
        If an option is unknown, or a column names splits of data that come in splits.
    """
    from penstock.ml.data.leakage.find import find_leakage
    from penstock.ml.data.leakage.options import LeakageOptions

    given = {"train": data, "eval": held_out, "test": test}
    parts = {name: part for name, part in given.items() if part is not None}
    columns, settings = _columns(options or {})
    if columns["splits"] and len(parts) > 1:
        raise UsageError(
            f"the data come in {len(parts)} splits, and '{columns['splits']}' names others",
            where="stage 'check_leakage'",
            fix="give one data set with the column, or leave the option 'splits' out",
        )
    rows = parts if len(parts) > 1 else data
    found = find_leakage(rows, label=label, options=LeakageOptions.of(settings), **columns)
    log_metrics({"leakage_strength": max((finding.strength for finding in found.findings), default=0.0)})
    if max_strength <= 1:
        found.raise_if(max_strength)
    return found


def _columns(options: dict[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
    """The columns with a meaning of their own, and the other options."""
    columns = {name: options.get(name, "") for name in _COLUMNS}
    for name, column in columns.items():
        if not isinstance(column, str):
            raise UsageError(
                f"option '{name}' is {column!r}", where="stage 'check_leakage'", fix="give the name of one column"
            )
    return columns, {name: value for name, value in options.items() if name not in _COLUMNS}
