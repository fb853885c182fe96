"""Anomalies as a page: the verdict, every finding with its rows, and each feature's statistics below."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from penstock.ml.report import Cell, Cells, Level, Note, Page, Panel, Tile, count, number

if TYPE_CHECKING:
    from penstock.ml.data.anomalies.anomalies import Anomalies
    from penstock.ml.data.anomalies.finding import Finding
    from penstock.ml.data.metadata.anomalies import DriftSkewInfo
    from penstock.ml.data.metadata.statistics import DatasetStatistics

OVERVIEW_LINES = 200
"""Lines of the tables on top at most."""

_CELL_LETTERS = 120
_STRENGTHS: Mapping[str, float] = {"ERROR": 1.0, "WARNING": 0.5}
_MEASURES = {
    "L_INFTY": "L-infinity distance",
    "JENSEN_SHANNON_DIVERGENCE": "Jensen-Shannon divergence",
    "NORMALIZED_ABSOLUTE_DIFFERENCE": "normalised absolute difference",
}


def anomalies_page(anomalies: Anomalies, statistics: DatasetStatistics | None, title: str) -> Page:
    """A page over the findings, features with errors first.

    Parameters
    ----------
    anomalies : Anomalies
    statistics : DatasetStatistics, optional
        Of the data set; then every feature has a panel with its distribution.
    title : str
    """
    by_feature: dict[str, list[Finding]] = {}
    for finding in anomalies.findings:
        by_feature.setdefault(finding.feature, []).append(finding)
    of_data_set = by_feature.pop("", [])
    return Page(
        title,
        tiles=tuple(_tiles(anomalies, by_feature, statistics)),
        notes=(_verdict(anomalies), *map(_note, of_data_set)),
        tables=tuple(_tables(anomalies)),
        panels=tuple(_panels(by_feature, statistics)),
        order="findings first",
    )


def _tiles(
    anomalies: Anomalies, by_feature: Mapping[str, Sequence[Finding]], statistics: DatasetStatistics | None
) -> list[Tile]:
    errors, warnings = len(anomalies.errors), len(anomalies.warnings)
    with_findings = Tile("features with findings", count(len(by_feature)), link="#tag=anomaly" if by_feature else "")
    tiles = [
        Tile("errors", count(errors), "error" if errors else "ok", "#tag=error" if errors else ""),
        Tile("warnings", count(warnings), "warning" if warnings else "ok", "#tag=warning" if warnings else ""),
        with_findings,
    ]
    if statistics is not None:
        tiles += [Tile("features", count(len(statistics.features))), Tile("rows", count(statistics.num_examples))]
    return tiles


def _verdict(anomalies: Anomalies) -> Note:
    errors, warnings = len(anomalies.errors), len(anomalies.warnings)
    told = " and ".join(_many(size, noun) for size, noun in ((errors, "error"), (warnings, "warning")) if size)
    if errors:
        return Note(f"The data do not match the schema: {told}.", "error")
    return Note(f"The data match the schema, with {told}." if told else "The data match the schema.", _calm(warnings))


def _calm(warnings: int) -> Level:
    return "warning" if warnings else "ok"


def _many(size: int, noun: str) -> str:
    return f"{count(size)} {noun}{'s' * (size != 1)}"


def _level(finding: Finding) -> Level:
    return "error" if finding.severity == "ERROR" else "warning"


def _note(finding: Finding) -> Note:
    detail = " · ".join(part for part in (f"{finding.short} ({finding.type})", finding.note) if part)
    return Note(finding.description, _level(finding), detail, finding.sql, _rows(finding), finding.fix)


def _rows(finding: Finding) -> Cells | None:
    """The first rows that offend; values of several columns side by side."""
    if not finding.rows:
        return None
    shown, whole = len(finding.rows), finding.num_rows or len(finding.rows)
    caption = _many(whole, "row") if shown == whole else f"{_many(whole, 'row')}, the first {shown}"
    if all(isinstance(row.value, dict) for row in finding.rows):
        names = list(dict.fromkeys(name for row in finding.rows for name in row.value))
        values = [[_text(row.value.get(name)) for name in names] for row in finding.rows]
    else:
        names, values = ["value"], [[_text(row.value)] for row in finding.rows]
    if any(row.row is not None for row in finding.rows):
        places = ["?" if row.row is None else str(row.row) for row in finding.rows]
        return Cells(["row", *names], [[place, *line] for place, line in zip(places, values, strict=True)], caption)
    return Cells(names, values, caption)


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else "missing" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _CELL_LETTERS else text[: _CELL_LETTERS - 1] + "…"


def _tables(anomalies: Anomalies) -> list[Cells]:
    tables = []
    if anomalies.findings:
        shown = anomalies.findings[:OVERVIEW_LINES]
        left = len(anomalies.findings) - len(shown)
        lines = [
            (
                Cell(finding.feature or "(data set)", panel=finding.feature),
                Cell(finding.severity.lower(), _level(finding)),
                finding.short,
                "" if finding.num_rows is None else count(finding.num_rows),
            )
            for finding in shown
        ]
        tables.append(Cells(("feature", "severity", "finding", "rows"), lines, f"and {left} more" if left else ""))
    if anomalies.message.drift_skew_info:
        tables.append(_measured(anomalies.message.drift_skew_info))
    return tables


def _measured(infos: Sequence[DriftSkewInfo]) -> Cells:
    """Comparisons with other statistics, those above their thresholds first."""
    lines = [
        (".".join(info.path.step) if info.path else "", side, one)
        for info in infos
        for side, many in (("drift", info.drift_measurements), ("skew", info.skew_measurements))
        for one in many
    ]
    lines.sort(key=lambda line: not _is_high(line[2]))
    rows = [
        (
            Cell(name, panel=name),
            side,
            _MEASURES.get(one.type or "", one.type or ""),
            Cell(number(one.value), "error" if _is_high(one) else "ok"),
            number(one.threshold),
        )
        for name, side, one in lines[:OVERVIEW_LINES]
    ]
    left = len(lines) - len(rows)
    caption = "compared with other statistics" + (f", and {left} more" if left else "")
    return Cells(("feature", "kind", "measure", "value", "at most"), rows, caption)


def _is_high(measurement: Any) -> bool:
    value, threshold = measurement.value, measurement.threshold
    return value is not None and threshold is not None and value > threshold


def _panels(by_feature: Mapping[str, Sequence[Finding]], statistics: DatasetStatistics | None) -> list[Panel]:
    """Features with findings first, the gravest before; then the others in the order of the data."""
    notes = {name: [_note(finding) for finding in findings] for name, findings in by_feature.items()}
    strengths = {
        name: max(_STRENGTHS.get(finding.severity, 0.5) for finding in findings)
        for name, findings in by_feature.items()
    }
    described: dict[str, Panel] = {}
    if statistics is not None:
        from penstock.ml.data.statistics.statistics_page import statistics_page

        page = statistics_page({"": statistics}, notes=notes, strengths=strengths)
        described = {panel.name: panel for panel in page.panels}
    kind = "" if statistics is None else "not in the data"
    panels = dict(described)
    for name in notes.keys() - described.keys():
        panels[name] = Panel(name, kind, ("anomaly",), notes[name], strength=strengths[name])
    found = sorted(notes, key=lambda name: (-strengths[name], name))
    tagged = {name: _tagged(panels[name], by_feature[name]) for name in found}
    return [*tagged.values(), *(panel for name, panel in panels.items() if name not in tagged)]


def _tagged(panel: Panel, findings: Sequence[Finding]) -> Panel:
    """With the severities among the tags."""
    levels = dict.fromkeys(_level(finding) for finding in findings)
    return replace(panel, tags=("anomaly", *levels, *(tag for tag in panel.tags if tag != "anomaly")))
