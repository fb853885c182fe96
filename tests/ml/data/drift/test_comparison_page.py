from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
from ml.data.drift.state import statistics

from penstock.ml.data.drift import compare
from penstock.ml.report import render


def test_a_page_has_every_feature_with_its_measures_and_findings() -> None:
    before = statistics(a=pa.array([1.0, 2.0]), t=pa.array(["a", "b"]), gone=pa.array([1, 2]))
    after = statistics(a=pa.array([1.0, 2.5]), t=pa.array(["a", "a"]))
    found = compare(before, after, thresholds={"l_infinity": 0.25})
    page = found.page(before, after, names=("May", "June"))
    assert [panel.name for panel in page.panels] == [feature.name for feature in found.features]
    panels = {panel.name: panel for panel in page.panels}
    assert panels["t"].notes[0].text == found.findings[1].why
    assert panels["t"].strength == found.feature("t").strength
    rows = panels["t"].tables[-1].rows
    texts = [tuple(getattr(cell, "text", cell) for cell in row) for row in rows]
    assert ("L-infinity distance", "0.5", "0.25", "high") in texts
    assert [tile.value for tile in page.tiles if tile.label == "findings"] == ["2"]
    assert "June" in render(page)


def test_a_comparison_knows_what_to_draw() -> None:
    before, after = statistics(a=pa.array([1.0, 2.0])), statistics(a=pa.array([1.0, 2.5]))
    found = compare(before, after)
    assert found.page() == found.page(before, after)
    assert "&lt;iframe" not in found._repr_html_()
    assert found._repr_html_().startswith("<iframe")


def test_without_statistics_there_are_the_measures() -> None:
    before, after = statistics(a=pa.array([1.0, 2.0]), t=pa.array(["x", "y"])), statistics(a=pa.array([1.0, 2.5]))
    alone = replace(compare(before, after), sides=None).page()
    assert [(panel.name, tuple(panel.tags)) for panel in alone.panels] == [("t", ("anomaly",)), ("a", ())]
    assert alone.panels[1].tables[0].columns[0] == "measure"
    assert not any(panel.figures for panel in alone.panels)


def test_the_overview_has_every_feature_and_marks_what_is_high() -> None:
    before, after = (statistics(t=pa.array([value]), a=pa.array([1.0])) for value in ("x", "y"))
    table = compare(before, after, thresholds={"jensen_shannon": 0.5}).page().tables[0]
    assert table.columns[:3] == ("feature", "Jensen-Shannon", "L-infinity")
    name, divergence, *_ = table.rows[0]
    assert (name.panel, divergence.text, divergence.level, divergence.share) == ("t", "1", "error", 1.0)
    assert table.rows[1][1].level == "ok"
    assert table.rows[1][2] == ""


def test_the_verdict_says_whether_there_were_limits() -> None:
    some = statistics(a=pa.array([1.0]))
    assert compare(some, some).page().notes[0].level == "info"
    assert compare(some, some, thresholds={"psi": 0.2}).page().notes[0].level == "ok"


def test_a_page_says_what_could_not_be_compared() -> None:
    some, nothing = statistics(a=pa.array([1.0])), statistics(a=pa.array([], pa.float64()))
    assert compare(some, nothing).page().notes[1].text.startswith("Nothing could be compared: there are no examples")
    whole = compare(some, nothing, thresholds={"psi": 0.2}).page()
    assert (whole.notes[1].level, whole.tiles[0].value, whole.tiles[1].value) == ("error", "1", "0")
    empty = compare(some, statistics(a=pa.array([None], pa.float64())), thresholds={"psi": 0.2}).page()
    assert empty.panels[0].notes[0].text.startswith("not measured: population stability index (limit 0.2)")
    assert empty.panels[0].tables[-1].rows[-1][0] == "population stability index"
    assert empty.tables[0].rows[0][1].text == "not comparable"


def test_the_title_can_be_chosen() -> None:
    some = statistics(a=pa.array([1.0]))
    found = compare(some, some)
    assert (found.page().title, found.page(title="May, June").title) == ("Drift", "May, June")


def test_two_data_sets_of_one_name_are_told_apart() -> None:
    some = statistics(a=pa.array([1.0]))
    page = compare(some, some).page(some, some, names=("trips", "trips"))
    assert page.subtitle == "trips (baseline) and trips (current)"
