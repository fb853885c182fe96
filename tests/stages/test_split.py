from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from penstock.core.error import DataError
from penstock.ml.data import Dataset, split_row
from penstock.ml.data.parquet import write_parquet
from penstock.ml.data.split import tfx_bucket, tfx_split
from penstock.stages import split, split_three


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


def test_three_parts(data: Dataset) -> None:
    parts = split_three(data)
    counts = [part.num_rows for part in parts]
    assert sum(counts) == 1000
    assert counts[0] > 700
    assert min(counts) > 60


@pytest.mark.parametrize(
    ("arguments", "counts"),
    [
        ({"by": "time", "key": "id"}, [800, 200]),
        ({"by": "time", "key": "id", "boundaries": {"eval": 900}, "gap": 50}, [850, 100]),
        ({"by": "time", "key": "id", "fractions": {"eval": 0.25, "train": 0.75}}, [750, 250]),
        ({"by": "stratify", "key": "group"}, [800, 200]),
        ({"by": "stratify", "key": ["group"], "fractions": {"eval": 0.5, "train": 0.5}}, [500, 500]),
        ({"by": "column", "key": "part"}, [700, 300]),
    ],
)
def test_by_other_rules(data: Dataset, arguments: dict[str, Any], counts: list[int]) -> None:
    known = data.sql("select *, case when id < 700 then 'train' else 'eval' end as part from this")
    assert [part.num_rows for part in split(known, **arguments)] == counts


def test_by_buckets_of_tfx(data: Dataset) -> None:
    parts = split(data, by="tfx", key="id")
    assert [part.num_rows for part in parts] == [
        sum(tfx_split(i) == name for i in range(1000)) for name in parts._fields
    ]
    ten = split_three(data, by="tfx", key="id", fractions={"test": 1, "train": 8, "eval": 1})
    assert ten.test.to_arrow()["id"].to_pylist() == [i for i in range(1000) if tfx_bucket(i, 10) == 9]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"boundaries": {"eval": 1}}, "mean nothing to a split by hash"),
        ({"by": "time", "key": "id", "boundaries": {"test": 1}}, "boundaries name test"),
        (
            {"by": "time", "key": "id", "boundaries": {"eval": 1}, "fractions": {"train": 0.5, "eval": 0.5}},
            "fractions mean nothing",
        ),
        ({"by": "time", "key": ["id", "group"]}, "takes one column, not 2"),
        ({"by": "stratify"}, "no class"),
        ({"by": "time"}, "no time"),
        ({"by": "column"}, "no column"),
    ],
)
def test_rules_that_cannot_mean_anything(data: Dataset, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        split(data, **arguments)
