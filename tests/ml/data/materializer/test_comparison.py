from __future__ import annotations

from pathlib import Path

import pyarrow as pa
from ml.data.drift.state import statistics

from penstock.core.plugin import load_plugin
from penstock.ml.data.drift import Comparison, compare
from penstock.ml.data.drift.comparison import FILE_NAME, ComparedData
from penstock.ml.data.materializer.comparison import comparison


def test_the_report_draws_what_came_back(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    found = compare(*(statistics(t=pa.array([value]), a=pa.array([1.0])) for value in ("x", "y")))
    comparison.save(found, first)
    comparison.save(comparison.load(first), second)
    assert sorted(path.name for path in first.iterdir()) == [FILE_NAME, "report.html", "sides.json"]
    for path in first.iterdir():
        assert path.read_bytes() == (second / path.name).read_bytes()
    assert 'class="plot"' in (first / "report.html").read_text()


def test_a_comparison_alone(tmp_path: Path) -> None:
    side = ComparedData(num_examples=1)
    found = Comparison(kind="skew", baseline=side, current=side)
    comparison.save(found, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [FILE_NAME, "report.html"]
    assert comparison.load(tmp_path) == found


def test_entry_point() -> None:
    name = f"{comparison.kind}.{Comparison.__module__}.{Comparison.__qualname__}"
    assert load_plugin("penstock.materializers", name) is comparison
