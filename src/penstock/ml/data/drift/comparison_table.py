"""A comparison as a table: plain text for terminals, HTML for notebooks."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from penstock.ml.data.drift.measurement import MEASURES
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
_STYLE = (
    "<style>.penstock-comparison td,.penstock-comparison th{padding:2px 10px;text-align:right}"
    ".penstock-comparison td:first-child,.penstock-comparison th:first-child{text-align:left}"
    ".penstock-comparison .high{color:#b3261e;font-weight:600}</style>"
)


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


def as_html(comparison: Comparison) -> str:
    """All features as one table."""
    head = "".join(f"<th>{escape(name)}</th>" for name in ("Feature", "Type", *_COLUMNS.values(), "Verdict"))
    return (
        f"{_STYLE}<p>{escape(_heading(comparison))}</p><table class='penstock-comparison'>"
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(map(_row, comparison.features))}</tbody></table>"
    )


def _row(feature: FeatureComparison) -> str:
    cells = "".join(_html_cell(feature, measure) for measure in _COLUMNS)
    names = f"<td>{escape(feature.name)}</td><td>{escape(feature.type)}</td>"
    return f"<tr>{names}{cells}<td>{escape(_verdict(feature))}</td></tr>"


def _html_cell(feature: FeatureComparison, measure: str) -> str:
    item = feature.measurement(measure)
    is_high = item is not None and item.verdict == "high"
    title = escape(MEASURES[measure].label, quote=True)
    return f'<td title="{title}"{" class=high" if is_high else ""}>{_cell(feature, measure)}</td>'


def _cell(feature: FeatureComparison, measure: str) -> str:
    item = feature.measurement(measure)
    return "" if item is None else number(float(f"{item.value:.3g}"))


def _verdict(feature: FeatureComparison) -> str:
    changed = [_CHANGES[feature.change]] if feature.change else []
    high = [item.measure for item in feature.measurements if item.verdict == "high"]
    return ", ".join([*changed, *high]) or ("ok" if feature.verdict == "ok" else "-")


def _heading(comparison: Comparison) -> str:
    sizes = f"{count(comparison.baseline.num_examples)} -> {count(comparison.current.num_examples)} examples"
    found = comparison.findings
    verdict = "nothing found" if not found else f"{len(found)} finding{'s' if len(found) > 1 else ''}"
    return f"{comparison.kind}: {sizes}, {len(comparison.features)} features, {verdict}"
