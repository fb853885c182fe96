from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from penstock.core.error import DataError
from penstock.ml.data import Dataset, open_source
from penstock.ml.data.statistics import Statistics, StatisticsOptions

TABLE = pa.table({"x": [1.5, 2.5, None, 4.0], "s": ["a", "b", "a", None], "k": [1, 1, 2, 2], "w": [1.0, 0.5, 2.0, 0.0]})
OPTIONS = StatisticsOptions(cross=(("s", "k"), ("x", "k")), weight="w", slices=("s",))


def test_every_form_of_the_rows_gives_the_same(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    pq.write_table(TABLE, path, row_group_size=2)
    whole = Statistics.of(TABLE, options=OPTIONS)
    for data in (Dataset(path), open_source(str(path)), TABLE.to_reader(1), Dataset(path).sql("select * from this")):
        assert Statistics.of(data, options=OPTIONS).to_bytes() == whole.to_bytes()
    parts = [Statistics.of(TABLE.slice(i, 2), options=OPTIONS) for i in (0, 2)]
    assert parts[1].merge(parts[0]).to_bytes() == whole.to_bytes()
    assert Statistics.from_bytes(whole.to_bytes()).merge().to_bytes() == whole.to_bytes()


def test_crosses_are_shown_in_the_order_of_their_columns() -> None:
    found = Statistics.of(TABLE, options=OPTIONS).dataset.cross_features
    assert [(str(cross.path_x), str(cross.path_y)) for cross in found] == [("s", "k"), ("x", "k")]


@pytest.mark.parametrize("is_dataset", [True, False])
def test_unknown_columns_are_named(tmp_path: Path, is_dataset: bool) -> None:
    pq.write_table(TABLE, tmp_path / "rows.parquet")
    data = Dataset(tmp_path / "rows.parquet") if is_dataset else TABLE
    with pytest.raises(DataError, match="no column 'kk' to be crossed; did you mean 'k'"):
        Statistics.of(data, options=StatisticsOptions(cross=(("x", "kk"),)))


def test_statistics_with_and_without_a_cross_do_not_merge() -> None:
    options = StatisticsOptions(cross=(("x", "k"),))
    with pytest.raises(DataError, match="columns 'x' and 'k' are crossed in some of the statistics only"):
        Statistics.of(TABLE).merge(Statistics.of(TABLE, options=options))


def test_a_failing_stream_is_told(tmp_path: Path) -> None:
    def batches() -> Iterator[pa.RecordBatch]:
        yield from TABLE.to_batches()
        raise DataError("the line broke", where="there", fix="mend it")

    stream = pa.RecordBatchReader.from_batches(TABLE.schema, batches())
    with pytest.raises(DataError, match="the line broke"):
        Statistics.of(stream, options=StatisticsOptions(cross=(("x", "k"),)))
