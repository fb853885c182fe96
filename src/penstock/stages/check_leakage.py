"""Stage `check_leakage`: what gives the label away is found before anything is trained."""

from __future__ import annotations

from typing import Any

from penstock.core.context import log_metrics
from penstock.engine.authoring import step
from penstock.ml.data.dataset import Dataset
from penstock.ml.data.leakage.leakage import CERTAIN, Leakage


@step
def check_leakage(
    data: Dataset,
    held_out: Dataset | None = None,
    *,
    label: str = "",
    time: str = "",
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
    label : str
        A column, or an SQL expression over the row: ``tips > 0.2 * fare``.
    time : str
        Column with the moment at which the prediction is made.
    max_strength : float
        A finding this strong, or stronger, stops the run; above 1 none does.
    options : dict, optional
        Settings of `penstock.ml.data.leakage.LeakageOptions` by name: ``{"keys": ["patient"], "ignore": ["notes"]}``.

    Returns
    -------
    Leakage
        The findings, strongest first.

    Raises
    ------
    DataError
        If a finding is too strong, or the data cannot be searched.
    UsageError
        If an option is unknown.
    """
    from penstock.ml.data.leakage.find import find_leakage
    from penstock.ml.data.leakage.request import LeakageOptions

    rows = data if held_out is None else {"train": data, "eval": held_out}
    found = find_leakage(rows, label=label, time=time, options=LeakageOptions.of(options or {}))
    log_metrics({"leakage_strength": max((finding.strength for finding in found.findings), default=0.0)})
    if max_strength <= 1:
        found.raise_if(max_strength)
    return found
