from __future__ import annotations

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
    assert ("L-infinity distance", "0.5", "0.25", "high") in [tuple(row) for row in rows]
    assert [tile.value for tile in page.tiles if tile.label == "findings"] == ["2"]
    assert "June" in render(page)


def test_two_data_sets_of_one_name_are_told_apart() -> None:
    some = statistics(a=pa.array([1.0]))
    page = compare(some, some).page(some, some, names=("trips", "trips"))
    assert page.subtitle == "trips (baseline) and trips (current)"
