from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from penstock.core.error import DataError
from penstock.ml.data import Dataset, split_row
from penstock.ml.data.parquet import write_parquet
from penstock.stages import split


@pytest.fixture
def data(tmp_path: Path) -> Dataset:
    write_parquet(pa.table({"id": range(1000), "group": [i % 50 for i in range(1000)]}), tmp_path / "a.parquet")
    return Dataset(tmp_path)


def test_two_parts_make_the_whole(data: Dataset) -> None:
    parts = split(data)
    train, held_out = (part.to_arrow()["id"].to_pylist() for part in parts)
    assert sorted([*train, *held_out]) == list(range(1000))
    assert 150 < len(held_out) < 250
    row = {"id": held_out[0], "group": held_out[0] % 50}
    assert split_row(row, {"train": 0.8, "eval": 0.2}) == "eval"


def test_by_key_and_fractions(data: Dataset) -> None:
    parts = split(data, fractions={"train": 0.5, "eval": 0.5}, key="group")
    groups = [set(part.to_arrow()["group"].to_pylist()) for part in parts]
    assert not groups[0] & groups[1]
    assert 10 < len(groups[0]) < 40


@pytest.mark.parametrize("fractions", [{"train": 0.8, "test": 0.2}, {"train": 1.0}, {}])
def test_other_names_of_splits(data: Dataset, fractions: dict[str, float]) -> None:
    with pytest.raises(DataError, match="fractions name"):
        split(data, fractions=fractions)


def test_fractions_that_do_not_add_up(data: Dataset) -> None:
    with pytest.raises(DataError, match="not positive parts of 1"):
        split(data, fractions={"train": 0.8, "eval": 0.3})
