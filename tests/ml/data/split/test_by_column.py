from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from penstock.core.error import DataError
from penstock.ml.data import Dataset
from penstock.ml.data.parquet import write_parquet
from penstock.ml.data.split import ColumnSplit, split_dataset


def data_of(folder: Path, values: list[object]) -> Dataset:
    write_parquet(pa.table({"i": range(len(values)), "s": values}), folder / "a.parquet")
    return Dataset(folder)


def test_values_name_the_splits(tmp_path: Path) -> None:
    parts = split_dataset(data_of(tmp_path, ["b", "a", "b"]), ColumnSplit("s", ["a", "b", "c"]))
    assert {name: part.to_arrow()["i"].to_pylist() for name, part in parts.items()} == {"a": [1], "b": [0, 2], "c": []}


def test_numbers_as_text(tmp_path: Path) -> None:
    parts = split_dataset(data_of(tmp_path, [0, 1, 1]), ColumnSplit("s", ["0", "1"]))
    assert parts["1"].num_rows == 2


def test_rows_in_no_split(tmp_path: Path) -> None:
    data = data_of(tmp_path, ["train", "tset", None])
    with pytest.raises(DataError, match="2 rows are in no split: column 's' has 'tset', no value"):
        split_dataset(data, ColumnSplit("s", ["train", "test"]))
    with pytest.raises(DataError, match="is no column"):
        split_dataset(data, ColumnSplit("z", ["train", "test"]))
