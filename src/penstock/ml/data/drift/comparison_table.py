"""A comparison as a table of plain text, for terminals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from penstock.ml.report.number import count, number

if TYPE_CHECKING:
    from penstock.ml.data.drift.comparison import Comparison, FeatureComparison

_COLUMNS = {
    "jensen_shannon": "JSD",
    "l_infinity": "L-inf",
    "kolmogorov_smirnov": "KS",
    "psi": "PSI",
    "wasserstein_normalized": "W1/std",
    "mean_change": "mean",
    "missing_change": "missing",
}
_CHANGES = {"missing": "missing now", "new": "new", "type": "other type"}


def as_text(comparison: Comparison, rows: int = 30) -> str:
    """The first features as aligned columns.

    Parameters
    ----------
    comparison : Comparison
    rows : int
        Features at most.
    """
    table = [["Feature", "Type", *_COLUMNS.values(), "Verdict"]]
    table += [
        [feature.name, feature.type, *(_cell(feature, measure) for measure in _COLUMNS), _verdict(feature)]
        for feature in comparison.features[:rows]
    ]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = [_heading(comparison)]
    lines += ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]
    left = len(comparison.features) - rows
    return "\n".join([*lines, *([f"... and {left} more"] if left > 0 else [])])


def _cell(feature: FeatureComparison, measure: str) -> str:
    item = feature.measurement(measure)
    return "" if item is None else number(float(f"{item.value:.3g}"))


def _verdict(feature: FeatureComparison) -> str:
    changed = [_CHANGES[feature.change]] if feature.change else []
    high = [item.measure for item in feature.measurements if item.verdict == "high"]
    stuck = ["not comparable"] if feature.obstacle else []
    return ", ".join([*changed, *high, *stuck]) or ("ok" if feature.verdict == "ok" else "-")


def _heading(comparison: Comparison) -> str:
    sizes = f"{count(comparison.baseline.num_examples)} -> {count(comparison.current.num_examples)} examples"
    found = comparison.findings
    verdict = "nothing found" if not found else f"{len(found)} finding{'s' if len(found) > 1 else ''}"
    if comparison.obstacle:
        verdict = f"{verdict}; nothing could be compared: {comparison.obstacle}"
    return f"{comparison.kind}: {sizes}, {len(comparison.features)} features, {verdict}"
