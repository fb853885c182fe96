from __future__ import annotations

from pathlib import Path

from penstock.core.plugin import load_plugin
from penstock.ml.data.leakage import Finding, Leakage
from penstock.ml.data.leakage.leakage import FILE_NAME
from penstock.ml.data.materializer.leakage import leakage
from penstock.ml.report import render


def test_folder_with_a_report(tmp_path: Path) -> None:
    found = Leakage([Finding("tips", "label_source", 0.9, "why", "fix", {"auc": 0.9})], "big", 3)
    leakage.save(found, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [FILE_NAME, "report.html"]
    assert leakage.load(tmp_path) == found
    assert (tmp_path / "report.html").read_text() == render(found.page())


def test_entry_point() -> None:
    name = f"{leakage.kind}.{Leakage.__module__}.{Leakage.__qualname__}"
    assert load_plugin("penstock.materializers", name) is leakage
