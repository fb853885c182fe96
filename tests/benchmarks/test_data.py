from __future__ import annotations

from pathlib import Path
from types import ModuleType

import duckdb
import pytest
from benchmark_module import benchmark_module


@pytest.fixture(scope="module")
def data(repository: Path) -> ModuleType:
    return benchmark_module(repository, "data")


@pytest.fixture(scope="module")
def files(data: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> object:
    made = data.Files(tmp_path_factory.mktemp("tables"), 500)
    made.write(lambda text: None)
    return made


def test_the_table_is_what_the_figures_say(data: ModuleType, files: object) -> None:
    path = files.path("table")  # type: ignore[attr-defined]
    kinds = [kind for _, kind, *_ in duckdb.sql(f"DESCRIBE FROM '{path}'").fetchall()]
    assert (kinds.count("DOUBLE"), kinds.count("VARCHAR"), kinds.count("TIMESTAMP")) == (10, 9, 1)
    large = files.path("large")  # type: ignore[attr-defined]
    assert duckdb.sql(f"SELECT count(*), count(c2) FROM '{large}'").fetchall() == [(5000, 5000)]
    again = data.Files(path.parent / "again", 500)
    again.write(lambda text: None)
    assert duckdb.sql(f"FROM '{path}' EXCEPT FROM '{again.path('table')}'").fetchall() == []


def test_every_workload_runs(data: ModuleType, files: object) -> None:
    todo = data.tasks(files, 1)
    samples = data.measure(todo, lambda text: None)
    for task in todo:
        [sample] = samples[task.name]
        assert bool(sample.missing) or (len(sample.seconds) == task.times and sample.peak_mb > 1)
    found = data.figures(samples)
    assert all(figure.value > 0 for figure in found)
    assert "peak memory of statistics" in data.table(samples, found)


@pytest.mark.parametrize(("seconds", "is_kept"), [(0.5, True), (0.7, False)])
def test_a_missed_bound_is_told(data: ModuleType, files: object, seconds: float, is_kept: bool) -> None:
    samples = {task.name: [data.Sample((0.001,), 20.0)] for task in data.tasks(files, 1)}
    samples["decode every value"] = [data.Sample((0.2, 0.1), 20.0)] * 3
    samples["statistics"] = [data.Sample((seconds, 2 * seconds), 20.0)] * 3
    samples["evidently"] = [data.Sample((), 20.0, "No module named 'evidently'")]
    found = {figure.name: figure for figure in data.figures(samples)}
    first = found.pop("statistics / decoding every value")
    assert (first.value, first.is_kept) == (pytest.approx(10 * seconds), is_kept)
    assert all(figure.is_kept for figure in found.values())
    text = data.table(samples, [first])
    assert ("MISSED" in text) is not is_kept
    assert "not here: No module named 'evidently'" in text


def test_a_failing_workload_stops_the_benchmark(data: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"decode every value ended with 1:\n(.|\n)*No files found"):
        data.timed(data.Task("decode every value", "decode", (tmp_path / "none.parquet",), 1))
