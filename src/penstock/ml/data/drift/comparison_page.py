"""A comparison as a page: both data sets over each other, with every measure beside each feature."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from penstock.ml.data.drift.comparison import ALL_FEATURES
from penstock.ml.data.drift.measurement import MEASURES
from penstock.ml.data.statistics.statistics_page import statistics_page
from penstock.ml.report import Cell, Cells, Level, Note, Page, Panel, Tile, count, number

if TYPE_CHECKING:
    from penstock.ml.data.drift.comparison import Comparison, FeatureComparison, Finding, Sides
    from penstock.ml.data.drift.measurement import Measurement

OVERVIEW_FEATURES = 200
"""Features in the table on top at most; those with findings come first."""

_TITLES = {"drift": "Drift", "skew": "Skew"}
_CHANGES = {"missing": "missing now", "new": "new", "type": "another type"}
_COLUMNS = {
    "jensen_shannon": "Jensen-Shannon",
    "l_infinity": "L-infinity",
    "kolmogorov_smirnov": "Kolmogorov-Smirnov",
    "psi": "stability index",
    "wasserstein_normalized": "Wasserstein / deviation",
    "mean_change": "mean / deviation",
    "std_change": "deviation",
    "missing_change": "missing",
    "nan_change": "NaN",
}


def comparison_page(comparison: Comparison, sides: Sides | None, names: tuple[str, str]) -> Page:
    """A page over both data sets, what was found first.

    Parameters
    ----------
    comparison : Comparison
    sides : pair of DatasetStatistics, optional
        The two; without them there are the measures alone.
    names : tuple of str
        What to call them.
    """
    if names[0] == names[1]:
        names = (f"{names[0]} (baseline)", f"{names[1]} (current)")
    notes: dict[str, list[Note]] = {feature.name: [] for feature in comparison.features}
    for finding in _of_features(comparison):
        # Advice that all findings of a feature share is given once, by the last of them.
        before = [replace(one, fix="") if one.fix == finding.fix else one for one in notes[finding.feature]]
        notes[finding.feature] = [*before, Note(finding.why, "error", fix=finding.fix)]
    strengths = {feature.name: feature.strength for feature in comparison.features}
    datasets = dict(zip(names, sides, strict=True)) if sides else {}
    page = statistics_page(datasets, title=_TITLES[comparison.kind], notes=notes, strengths=strengths)
    panels = {panel.name: panel for panel in page.panels}
    plain = {
        feature.name: Panel(
            feature.name, feature.type, ("anomaly",) * bool(notes[feature.name]), notes[feature.name],
            strength=feature.strength,
        )
        for feature in comparison.features
    }  # fmt: skip
    drawn = {**plain, **panels}
    ordered = [_measured(drawn[feature.name], feature) for feature in comparison.features]
    return replace(
        page,
        subtitle=" and ".join(names),
        tiles=tuple(_tiles(comparison, names)),
        notes=(_verdict(comparison), *_of_the_whole(comparison)),
        tables=(_overview(comparison),) if comparison.features else (),
        panels=tuple(ordered),
        order="findings first",
    )


def _of_features(comparison: Comparison) -> list[Finding]:
    return [finding for finding in comparison.findings if finding.feature != ALL_FEATURES]


def _of_the_whole(comparison: Comparison) -> list[Note]:
    found = [finding for finding in comparison.findings if finding.feature == ALL_FEATURES]
    if comparison.obstacle and not found:
        return [Note(f"Nothing could be compared: {comparison.obstacle}.", "warning")]
    return [Note(finding.why, "error", fix=finding.fix) for finding in found]


def _tiles(comparison: Comparison, names: tuple[str, str]) -> list[Tile]:
    found = len(comparison.findings)
    with_findings = len({finding.feature for finding in _of_features(comparison)})
    link = "#tag=anomaly" if with_findings else ""
    return [
        Tile("findings", count(found), "error" if found else "ok"),
        Tile("features with findings", count(with_findings), "", link),
        Tile("features", count(len(comparison.features))),
        Tile(f"rows of {names[0]}", count(comparison.baseline.num_examples)),
        Tile(f"rows of {names[1]}", count(comparison.current.num_examples)),
    ]


def _verdict(comparison: Comparison) -> Note:
    found, features = comparison.findings, {finding.feature for finding in _of_features(comparison)}
    if found:
        told = f"{count(len(found))} finding{'s' * (len(found) != 1)} in {count(len(features))} of "
        return Note(f"{told}{count(len(comparison.features))} features.", "error")
    if any(item.threshold is not None for feature in comparison.features for item in feature.measurements):
        return Note("Every measure is within its limit.", "ok")
    return Note("No feature is new, missing or of another type. There are no limits for the measures.", "info")


def _overview(comparison: Comparison) -> Cells:
    """Every feature with every measure that some feature has."""
    shown = comparison.features[:OVERVIEW_FEATURES]
    made = {item.measure for feature in shown for item in feature.measurements}
    columns = [measure for measure in _COLUMNS if measure in made]
    rows = [
        (
            Cell(feature.name, panel=feature.name),
            Cell(_changed(feature), "error" if feature.change or feature.unmeasured else "warning"),
            *(_cell(feature.measurement(measure)) for measure in columns),
        )
        for feature in shown
    ]
    left = len(comparison.features) - len(shown)
    changes = any(map(_changed, shown))
    kept = rows if changes else [(row[0], *row[2:]) for row in rows]
    header = ("feature", *(("change",) if changes else ()), *(_COLUMNS[measure] for measure in columns))
    return Cells(header, kept, f"and {left} more features" if left else "")


def _changed(feature: FeatureComparison) -> str:
    return _CHANGES[feature.change] if feature.change else "not comparable" if feature.obstacle else ""


def _cell(item: Measurement | None) -> str | Cell:
    if item is None:
        return ""
    text = number(float(f"{item.value:.3g}"))
    return Cell(text, _level(item), min(item.value, 1.0) if MEASURES[item.measure].is_strength else None)


def _level(item: Measurement) -> Level:
    if item.verdict == "high":
        return "error"
    return "ok" if item.verdict == "ok" else ""


def _measured(panel: Panel, feature: FeatureComparison) -> Panel:
    rows = [
        (
            item.label,
            Cell(number(item.value), _level(item)),
            "-" if item.threshold is None else number(item.threshold),
            Cell("" if item.verdict == "unchecked" else item.verdict, _level(item)),
        )
        for item in feature.measurements
    ]
    rows += [
        (MEASURES[measure].label, Cell("-"), number(threshold), Cell("not comparable", "error"))
        for measure, threshold in feature.unmeasured.items()
    ]
    if not rows:
        return panel
    return replace(panel, tables=(*panel.tables, Cells(("measure", "value", "at most", ""), rows)))
