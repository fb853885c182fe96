from __future__ import annotations

from pathlib import Path

from penstock.core.plugin import load_plugin
from penstock.ml.data.drift import Comparison
from penstock.ml.data.drift.comparison import FILE_NAME, ComparedData
from penstock.ml.data.materializer.comparison import comparison


def test_folder_of_one_file(tmp_path: Path) -> None:
    side = ComparedData(num_examples=1)
    found = Comparison(kind="skew", baseline=side, current=side)
    comparison.save(found, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]
    assert comparison.load(tmp_path) == found


def test_entry_point() -> None:
    name = f"{comparison.kind}.{Comparison.__module__}.{Comparison.__qualname__}"
    assert load_plugin("penstock.materializers", name) is comparison
