from __future__ import annotations

import pyarrow as pa

from penstock.ml.data.statistics.options import StatisticsOptions
from penstock.ml.data.statistics.statistics import Statistics
from penstock.ml.data.statistics.statistics_page import DRAWN_SLICES, statistics_page
from penstock.ml.report import Note

DATA = pa.table({"x": [1, 2, 3, None], "t": ["a", "b", "b", "b"], "same": [7, 7, 7, 7]})


def test_a_panel_per_feature_with_facts_and_figures() -> None:
    page = Statistics.of(DATA).page()
    panels = {panel.name: panel for panel in page.panels}
    assert list(panels) == sorted(DATA.column_names)
    facts = dict(panels["x"].tables[0].rows)
    assert (facts["missing"], facts["mean"], facts["largest"]) == ("1 (25 %)", "2", "3")
    assert panels["x"].tags == ("numeric", "missing values")
    assert panels["same"].tags == ("numeric", "constant")
    assert dict(panels["t"].tables[0].rows)["different values"] == "2"
    assert [figure["title"] for figure in panels["t"].figures] == ["most frequent values"]
    assert [row[0].panel for row in page.tables[0].rows] == list(panels)


def test_notes_make_an_anomaly() -> None:
    page = statistics_page({"": Statistics.of(DATA).dataset}, notes={"x": [Note("odd")]}, strengths={"x": 0.5})
    panels = {panel.name: panel for panel in page.panels}
    assert panels["x"].tags[0] == "anomaly"
    assert (panels["x"].strength, panels["t"].strength) == (0.5, 0.0)
    assert [(tile.value, tile.level) for tile in page.tiles if tile.label == "features with remarks"] == [
        ("1", "warning")
    ]


def test_slices_lie_over_all_rows_and_the_largest_are_drawn() -> None:
    two = Statistics.of(DATA, options=StatisticsOptions(slices=("t",))).page()
    assert two.notes == ()
    assert len(two.tiles) == 4
    many = pa.table({"x": range(60), "t": [str(number % 10) for number in range(60)]})
    page = Statistics.of(many, options=StatisticsOptions(slices=("t",))).page()
    assert [note.text for note in page.notes] == [f"The {DRAWN_SLICES} largest of 10 slices are drawn."]
    assert len(page.panels[-1].figures[0]["data"]) == DRAWN_SLICES + 1
