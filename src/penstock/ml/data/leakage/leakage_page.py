"""Findings of leakage as a page: the verdict, all strengths at a glance, and the evidence of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from penstock.ml.data.leakage.leakage import ALL_COLUMNS, CERTAIN, LIKELY
from penstock.ml.report import Cell, Cells, Level, Note, Page, Panel, Tile, count, number, strengths

if TYPE_CHECKING:
    from penstock.ml.data.leakage.leakage import Finding, Leakage

DRAWN = 30
"""Bars of the figure at most."""

_CELL_LETTERS = 120


def leakage_page(leakage: Leakage, title: str) -> Page:
    """A page over the findings, the strongest first.

    Parameters
    ----------
    leakage : Leakage
    title : str
    """
    names = [_name(finding) for finding in leakage.findings]
    drawn = leakage.findings[:DRAWN]
    figure = strengths(
        names[:DRAWN],
        [finding.strength for finding in drawn],
        [_level(finding.strength) for finding in drawn],
        title=f"how strong the evidence is (from {LIKELY} likely, from {CERTAIN} as good as certain)",
    )
    return Page(
        title,
        f"label: {leakage.label}" if leakage.label else "",
        tiles=tuple(_tiles(leakage)),
        notes=(_verdict(leakage),),
        tables=(_overview(leakage, names),) if names else (),
        figures=(figure,) if names else (),
        panels=tuple(_panel(finding, name) for finding, name in zip(leakage.findings, names, strict=True)),
        order="strongest first",
    )


def _name(finding: Finding) -> str:
    """Of its panel: one feature may have several findings."""
    return f"{_feature(finding)}: {finding.kind.replace('_', ' ')}"


def _feature(finding: Finding) -> str:
    return "whole rows" if finding.feature == ALL_COLUMNS else finding.feature


def _level(strength: float) -> Level:
    return "error" if strength >= CERTAIN else "warning" if strength >= LIKELY else "info"


def _word(strength: float) -> str:
    return {"error": "as good as certain", "warning": "likely"}.get(_level(strength), "worth a look")


def _tiles(leakage: Leakage) -> list[Tile]:
    certain, likely = len(leakage.at_least(CERTAIN)), len(leakage.at_least(LIKELY))
    tiles = [
        Tile("as good as certain", count(certain), "error" if certain else "ok"),
        Tile("likely", count(likely - certain), "warning" if likely > certain else "ok"),
        Tile("worth a look", count(len(leakage.findings) - likely)),
        Tile("rows", count(leakage.num_rows)),
    ]
    return [*tiles, *(Tile(f"rows of {name}", count(rows)) for name, rows in leakage.splits.items())]


def _verdict(leakage: Leakage) -> Note:
    if not leakage.findings:
        return Note("Nothing was found that a model should not know.", "ok")
    worst = leakage.findings[0]
    told = {
        "error": "The data give away what a model should not know",
        "warning": "The data probably give away what a model should not know",
    }.get(_level(worst.strength), "There is no strong sign of leakage; this is worth a look")
    detail = f"The strongest finding: {_name(worst)}: {worst.why}"
    return Note(f"{told}.", _level(worst.strength), detail, fix=worst.fix)


def _overview(leakage: Leakage, names: list[str]) -> Cells:
    rows = [
        (
            Cell(_feature(finding), panel=name),
            finding.kind.replace("_", " "),
            Cell(f"{finding.strength:.2f}", _level(finding.strength)),
            finding.why,
        )
        for finding, name in zip(leakage.findings, names, strict=True)
    ]
    return Cells(("feature", "kind", "strength", "why"), rows)


def _panel(finding: Finding, name: str) -> Panel:
    level = _level(finding.strength)
    return Panel(
        name,
        f"strength {finding.strength:.2f}, {_word(finding.strength)}",
        tags=(_word(finding.strength), finding.kind.replace("_", " ")),
        notes=(Note(finding.why, level, fix=finding.fix),),
        tables=tuple(_details(finding.details)),
        strength=finding.strength,
    )


def _details(details: Mapping[str, Any]) -> list[Cells]:
    """Single numbers and names as facts; lists of records (pairs, groups) as tables of their own."""
    lists = {name: value for name, value in details.items() if isinstance(value, (list, tuple)) and value}
    facts = [(name.replace("_", " "), _text(value)) for name, value in details.items() if name not in lists]
    return [*([Cells((), facts)] if facts else []), *(_records(name, lists[name]) for name in lists)]


def _records(name: str, values: Sequence[Any]) -> Cells:
    caption = name.replace("_", " ")
    if all(isinstance(value, Mapping) for value in values):
        columns = list(dict.fromkeys(str(key) for value in values for key in value))
        return Cells(columns, [[_text(value.get(column)) for column in columns] for value in values], caption)
    lines = [value if isinstance(value, (list, tuple)) else (value,) for value in values]
    return Cells((), [[_text(item) for item in line] for line in lines], caption)


def _text(value: Any) -> str:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    text = number(value) if is_number else "-" if value is None else str(value)
    return text if len(text) <= _CELL_LETTERS else text[: _CELL_LETTERS - 1] + "…"
