from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.core.error import DataError
from penstock.ml.data import Dataset, open_source
from penstock.ml.data.statistics import Statistics, StatisticsOptions
from penstock.ml.data.statistics.exact_quantiles import RankFinder
from penstock.ml.data.statistics.prefix_histogram import of_numbers

EXACT = StatisticsOptions(exact_quantiles=True)
numbers = st.lists(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-9, 9).map(float), min_size=1)


@given(numbers, st.integers(2, 6), st.integers(1, 12), st.integers(1, 5))
def test_numbers_at_ranks_are_exact_however_coarse_the_histogram(
    values: list[float], limit: int, parts: int, size: int
) -> None:
    finder = RankFinder(of_numbers(np.array(values), limit=limit), parts)
    for start in range(0, len(values), size):
        finder.add(np.array(values[start : start + size]))
    ordered, count = sorted(values), len(values)
    assert finder.quantiles("here") == tuple(ordered[min(k * count // parts, count - 1)] for k in range(parts + 1))


def test_rows_that_changed_are_noticed() -> None:
    finder = RankFinder(of_numbers(np.arange(100.0), limit=8), 10)
    finder.add(np.arange(99.0))
    with pytest.raises(DataError, match="the rows changed between two readings"):
        finder.quantiles("here")


def test_every_kind_of_number_has_percentiles(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    values = random.normal(size=20_000)
    table = pa.table(
        {
            "x": values,
            "n": np.arange(20_000),
            "gaps": [None, float("nan"), float("inf"), 1.0] * 5000,
            "list": [[i, i + 1] if i % 2 else None for i in range(20_000)],
            "struct": [{"a": i} if i % 2 else None for i in range(20_000)],
            "date": pa.array([None, 3] * 10_000, pa.int32()).cast(pa.date32()),
            "text": ["a"] * 20_000,
            "nothing": pa.array([None] * 20_000, pa.float64()),
        }
    )
    pq.write_table(table, tmp_path / "rows.parquet")
    expected = Statistics.of(table, options=EXACT).quantiles
    for data in (Dataset(tmp_path / "rows.parquet"), open_source(str(tmp_path / "rows.parquet"))):
        assert Statistics.of(data, options=EXACT).quantiles == expected
    assert sorted(expected) == ["date", "gaps", "list", "n", "struct.a", "x"]
    assert all(len(found) == 101 for found in expected.values())
    ordered = np.sort(values)
    assert expected["x"] == (*ordered[np.arange(100) * 200].tolist(), ordered[-1])
    assert expected["gaps"] == (1.0,) * 101
    assert (expected["list"][0], expected["list"][-1], expected["struct.a"][50]) == (1.0, 20_000.0, 10_001.0)


def test_they_are_kept_beside_the_statistics(tmp_path: Path) -> None:
    statistics = Statistics.of(pa.table({"x": [3, 1, 2]}), options=EXACT)
    statistics.save(tmp_path / "statistics.json")
    statistics.save(tmp_path / "other.json")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "other.json",
        "other.quantiles.json",
        "quantiles.json",
        "statistics.json",
    ]
    assert Statistics.load(tmp_path).quantiles == statistics.quantiles
    assert Statistics.load(tmp_path / "other.json").quantiles["x"][50] == 2.0
    assert (tmp_path / "other.json").read_bytes() == Statistics.of(pa.table({"x": [1, 2, 3]})).to_bytes()
    assert statistics.merge(statistics).quantiles == {}
    statistics.merge(statistics).save(tmp_path / "other.json")
    assert Statistics.load(tmp_path / "other.json").quantiles == {}, "those beside it are of other statistics"
    (tmp_path / "quantiles.json").write_text("[]")
    with pytest.raises(DataError, match="exact quantiles cannot be read"):
        Statistics.load(tmp_path)


def test_a_stream_cannot_be_read_twice() -> None:
    with pytest.raises(DataError, match="a stream of record batches has but one"):
        Statistics.of(pa.table({"x": [1]}).to_reader(), options=EXACT)


def test_no_numbers() -> None:
    assert Statistics.of(pa.table({"x": ["a"]}), options=EXACT).quantiles == {}
