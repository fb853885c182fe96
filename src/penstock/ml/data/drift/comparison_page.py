"""A comparison as a page: both data sets over each other, with every measure beside each feature."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from penstock.ml.data.statistics.report import statistics_page
from penstock.ml.report import Cells, Note, Page, Panel, Tile, number

if TYPE_CHECKING:
    from penstock.ml.data.drift.comparison import Comparison, FeatureComparison
    from penstock.ml.data.metadata.statistics import DatasetStatistics

_TITLES = {"drift": "Drift", "skew": "Skew"}


def comparison_page(
    comparison: Comparison, baseline: DatasetStatistics, current: DatasetStatistics, names: tuple[str, str]
) -> Page:
    """A page over both data sets, what was found first.

    Parameters
    ----------
    comparison : Comparison
        Of these two.
    baseline, current : DatasetStatistics
    names : tuple of str
        What to call them.
    """
    if names[0] == names[1]:
        names = (f"{names[0]} (baseline)", f"{names[1]} (current)")
    notes: dict[str, list[Note]] = {feature.name: [] for feature in comparison.features}
    for finding in comparison.findings:
        notes[finding.feature].append(Note(finding.why, "error", detail=finding.fix))
    strengths = {feature.name: feature.strength for feature in comparison.features}
    datasets = dict(zip(names, (baseline, current), strict=True))
    page = statistics_page(datasets, title=_TITLES[comparison.kind], notes=notes, strengths=strengths)
    panels = {panel.name: panel for panel in page.panels}
    ordered = [_measured(panels[feature.name], feature) for feature in comparison.features if feature.name in panels]
    found = len(comparison.findings)
    verdict = Tile("findings", str(found), "error" if found else "ok")
    return replace(page, tiles=(*page.tiles, verdict), panels=tuple(ordered))


def _measured(panel: Panel, feature: FeatureComparison) -> Panel:
    rows = [
        (
            item.label,
            number(item.value),
            "-" if item.threshold is None else number(item.threshold),
            "" if item.verdict == "unchecked" else item.verdict,
        )
        for item in feature.measurements
    ]
    if not rows:
        return panel
    return replace(panel, tables=(*panel.tables, Cells(("measure", "value", "at most", ""), rows)))
