"""Stage `compare`: how far data have moved since the span before, or from training to serving."""

from __future__ import annotations

from typing import Literal

from penstock.core.context import log_metrics
from penstock.engine.authoring import step
from penstock.ml.data.drift.comparison import Comparison
from penstock.ml.data.schema.schema import Schema
from penstock.ml.data.statistics.statistics import Statistics


@step
def compare(
    baseline: Statistics,
    current: Statistics,
    schema: Schema | None = None,
    *,
    kind: Literal["drift", "skew"] = "drift",
    thresholds: dict[str, float] | None = None,
    fail: bool = False,
) -> Comparison:
    """Measure drift or skew of every feature, from statistics alone.

    Parameters
    ----------
    baseline : Statistics
        Of the span before, or of the training data.
    current : Statistics
        Of this span, or of the data that serving sees.
    schema : Schema, optional
        Its comparators of that kind give the limits.
    kind : str
        ``drift`` (from span to span) or ``skew`` (from training to serving).
    thresholds : dict of str to float, optional
        Limits of measures for all features: ``{"psi": 0.2}``.
    fail : bool
        Whether the step fails where something is found: a limit that is passed or cannot be checked, a feature that
        came, went or has another type.

    Raises
    ------
    DataError
        If something is found and ``fail`` is set; with the worst of it.
    """
    from penstock.ml.data.drift import compare as measure

    found = measure(baseline, current, kind=kind, schema=schema, thresholds=thresholds)
    log_metrics({"findings": len(found.findings)})
    if found.findings or found.obstacle:
        print(found)  # noqa: T201 - the step's log is where people look first
    if fail:
        found.raise_if()
    return found
