from __future__ import annotations

from pathlib import Path

import pyarrow as pa
from naive_statistics import naive_state

from penstock.ml.data.materializer.statistics import statistics
from penstock.ml.data.statistics import Statistics


def test_statistics_come_back_byte_for_byte(tmp_path: Path) -> None:
    value = Statistics([naive_state(pa.table({"x": [1, 2, None], "s": ["a", None, "b"]}))])
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    statistics.save(value, first)
    statistics.save(statistics.load(first), second)
    assert sorted(path.name for path in first.iterdir()) == ["report.html", "statistics.json"]
    assert (second / "report.html").read_bytes() == (first / "report.html").read_bytes()
    assert (second / "statistics.json").read_bytes() == (first / "statistics.json").read_bytes()
    assert statistics.load(second).num_examples == 3


def test_the_entry_point_names_the_class() -> None:
    from importlib.metadata import entry_points

    name = f"Statistics.{Statistics.__module__}.{Statistics.__qualname__}"
    (found,) = entry_points(group="penstock.materializers", name=name)
    assert found.load() is statistics
