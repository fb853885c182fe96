from __future__ import annotations

from pathlib import Path

from penstock.core.plugin import load_plugin
from penstock.ml.data.anomalies import Anomalies
from penstock.ml.data.materializer.anomalies import FILE_NAME, anomalies
from penstock.ml.data.metadata.anomalies import AnomaliesMessage
from penstock.ml.report import render


def test_folder_with_a_report(tmp_path: Path) -> None:
    found = Anomalies.of(AnomaliesMessage(data_missing=True))
    anomalies.save(found, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [FILE_NAME, "report.html"]
    assert anomalies.load(tmp_path) == found
    assert (tmp_path / "report.html").read_text() == render(found.page())


def test_entry_point() -> None:
    name = f"Anomalies.{Anomalies.__module__}.{Anomalies.__qualname__}"
    assert load_plugin("penstock.materializers", name) is anomalies
