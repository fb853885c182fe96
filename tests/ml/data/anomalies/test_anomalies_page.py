from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from penstock.core.error import NotFoundError
from penstock.ml.data.anomalies import Anomalies, validate
from penstock.ml.data.metadata.anomalies import AnomaliesMessage
from penstock.ml.data.metadata.domain import IntDomain, StringDomain
from penstock.ml.data.metadata.schema import Feature, FeatureComparator, FeaturePresence, InfinityNorm, SchemaMessage
from penstock.ml.data.schema.check import Check, join_checks
from penstock.ml.data.statistics.statistics import Statistics
from penstock.ml.report import render

DATA = pa.table({"calm": [1, 2, 3], "hour": [1, 24, 30], "zip": ["a", "b", "b"]})
LIMIT = FeatureComparator(infinity_norm=InfinityNorm(threshold=0.1))
FEATURES = (
    Feature(name="calm", type="INT"),
    Feature(name="hour", type="INT", int_domain=IntDomain(max=23)),
    Feature(name="zip", type="BYTES", drift_comparator=LIMIT, string_domain=StringDomain(value=("a", "b"))),
    Feature(name="gone", type="INT", presence=FeaturePresence(min_fraction=1.0, min_count=1)),
)
CHECKS = (Check("late", "hour < 20", severity="WARNING", features=("hour",)), Check("few", "calm < 3"))


def found() -> Anomalies:
    schema = SchemaMessage(feature=FEATURES, annotation=join_checks(None, CHECKS))
    previous = Statistics.of(pa.table({"zip": ["a", "a", "b"]}))
    return validate(Statistics.of(DATA), schema, data=DATA, previous=previous)


def test_findings_stand_on_top_of_the_statistics_of_their_features() -> None:
    page = found().page(Statistics.of(DATA), title="Trips")
    assert page.title == "Trips"
    assert [panel.name for panel in page.panels] == ["gone", "hour", "zip", "calm"]
    gone, hour, zip_code, calm = page.panels
    assert hour.tags == ("anomaly", "error", "warning", "numeric")
    assert (gone.kind, gone.figures, gone.notes[0].fix != "") == ("not in the data", (), True)
    assert (calm.notes, calm.strength) == ((), 0.0)
    assert zip_code.strength == 1.0
    too_large, late = hour.notes
    assert (too_large.level, late.level) == ("error", "warning")
    assert too_large.code.startswith("select")
    assert too_large.table is not None
    assert (too_large.table.caption, too_large.table.rows) == ("2 rows", [["1", "24"], ["2", "30"]])
    assert late.table is not None
    assert late.table.columns == ["row", "hour"]
    assert len(hour.figures) == 2


def test_what_concerns_the_whole_stands_above() -> None:
    page = found().page(Statistics.of(DATA))
    verdict, whole = page.notes
    assert (verdict.level, verdict.text) == ("error", "The data do not match the schema: 4 errors and 1 warning.")
    assert whole.text.startswith("The check 'few' fails")
    tiles = {tile.label: (tile.value, tile.level, tile.link) for tile in page.tiles}
    assert tiles["errors"] == ("4", "error", "#tag=error")
    assert tiles["rows"] == ("3", "", "")
    findings, measured = page.tables
    assert len(findings.rows) == 5
    assert [getattr(cell, "text", cell) for cell in measured.rows[0]] == [
        "zip", "drift", "L-infinity distance", "0.33333", "0.1",
    ]  # fmt: skip
    assert measured.rows[0][3].level == "error"  # type: ignore[union-attr]


def test_from_a_file_alone(tmp_path: Path) -> None:
    found().save(tmp_path / "anomalies.json")
    page = Anomalies.load(tmp_path / "anomalies.json").page()
    assert [panel.name for panel in page.panels] == ["gone", "hour", "zip"]
    assert all("anomaly" in panel.tags for panel in page.panels)
    assert len(render(page)) < 50_000


def test_nothing_found_and_no_rows() -> None:
    calm = Anomalies(AnomaliesMessage(), ()).page()
    assert [(note.text, note.level) for note in calm.notes] == [("The data match the schema.", "ok")]
    assert calm.panels == ()
    empty = Anomalies.of(AnomaliesMessage(data_missing=True)).page()
    assert [note.level for note in empty.notes] == ["error", "error"]


def test_counts_are_read_like_figures() -> None:
    some = found()
    assert (some["errors"], some["warnings"], list(some)) == (4, 1, ["errors", "warnings"])
    with pytest.raises(NotFoundError, match="anomalies have no 'error'; did you mean 'errors'"):
        some["error"]
