from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from penstock.ml.data import Dataset
from penstock.ml.data.metadata.schema import IndexFeature, SchemaMessage, SparseFeature, ValueFeature
from penstock.ml.data.statistics import Statistics, StatisticsOptions
from penstock.ml.data.statistics.side_reader import passing, read_beside
from penstock.ml.data.statistics.state import DatasetState

TABLE = pa.table({"x": [1.5, 2.5, None, 4.0], "v": [[1], [2, 3], None, []], "i": [[1], [1], [2], None]})


class Counter:
    """Counts the rows it is given, and keeps the columns it saw."""

    def __init__(self, columns: list[str]) -> None:
        self.columns = columns
        self.seen: set[tuple[str, ...]] = set()
        self.rows = 0

    def add(self, table: pa.Table) -> None:
        self.seen.add(tuple(table.column_names))
        self.rows += table.num_rows

    def result(self, whole: DatasetState) -> DatasetState:
        return replace(whole, num_examples=self.rows)


@pytest.fixture
def data(tmp_path: Path) -> Dataset:
    pq.write_table(TABLE, tmp_path / "rows.parquet")
    return Dataset(tmp_path / "rows.parquet")


def test_readers_share_a_pass_over_their_columns(data: Dataset) -> None:
    first, second = Counter(["v"]), Counter(["x", "v"])
    read_beside(data, [first, second])
    assert (first.rows, second.rows) == (4, 4)
    assert first.seen == second.seen == {("x", "v")}


def test_without_a_column_nothing_is_read(data: Dataset) -> None:
    reader = Counter([])
    read_beside(data, [reader])
    assert reader.rows == 0


def test_rows_pass_by_unchanged() -> None:
    reader = Counter(["x"])
    rows = pa.table({"x": list(range(70_000))})
    assert passing(rows.to_reader(), [reader]).read_all().equals(rows)
    assert reader.rows == 70_000


def test_crosses_schema_and_quantiles_take_one_more_reading(data: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    sparse = SparseFeature(name="s", value_feature=ValueFeature(name="v"), index_feature=(IndexFeature(name="i"),))
    options = StatisticsOptions(
        cross=(("x", "x"),), schema=SchemaMessage(sparse_feature=(sparse,)), exact_quantiles=True
    )
    whole = Statistics.of(TABLE, options=options)
    readings: list[Any] = []
    scan = Dataset.scan

    def counted(self: Dataset, *args: Any, **kwargs: Any) -> Any:
        readings.append(kwargs)
        return scan(self, *args, **kwargs)

    monkeypatch.setattr(Dataset, "scan", counted)
    found = Statistics.of(data, options=options)
    assert readings == [{"columns": ["x", "v", "i"]}]
    assert found.to_bytes() == whole.to_bytes()
    assert found.quantiles == whole.quantiles
    assert set(found.quantiles) == {"x", "v", "i"}
    assert whole.states[0].crosses
    assert whole.states[0].custom
