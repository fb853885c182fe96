from __future__ import annotations

import random
from pathlib import Path

import pyarrow as pa
import pytest

from penstock.ml.data import Dataset
from penstock.ml.data.parquet import write_parquet
from penstock.ml.data.split import (
    ColumnSplit,
    HashSplit,
    Splitter,
    StratifiedSplit,
    TfxSplit,
    TimeSplit,
    split_dataset,
)

FRACTIONS = {"train": 0.6, "eval": 0.3, "test": 0.1}
SPLITTERS = [
    HashSplit(FRACTIONS),
    HashSplit(FRACTIONS, "user"),
    HashSplit(FRACTIONS, ["user", "day"]),
    TfxSplit("user", {"train": 6, "eval": 3, "test": 1}),
    TimeSplit("day", FRACTIONS),
    TimeSplit("day", boundaries={"eval": 60, "test": 90}),
    StratifiedSplit(FRACTIONS, "user"),
    ColumnSplit("side", ["left", "right"]),
]


def rows(count: int = 700) -> list[dict[str, object]]:
    draw = random.Random(4)
    return [
        {"id": i, "user": f"u{draw.randrange(40)}", "day": draw.randrange(100), "side": draw.choice(["left", "right"])}
        for i in range(count)
    ]


def stored(table: pa.Table, folder: Path, files: int) -> Dataset:
    folder.mkdir()
    size = -(-table.num_rows // files)
    for index in range(files):
        write_parquet(table.slice(index * size, size), folder / f"{index}.parquet")
    return Dataset(folder)


@pytest.mark.parametrize("splitter", SPLITTERS, ids=lambda one: f"{type(one).__name__} {one}"[:60])
def test_order_and_layout_of_the_rows_do_not_count(splitter: Splitter, tmp_path: Path) -> None:
    given = rows()
    one = split_dataset(stored(pa.Table.from_pylist(given), tmp_path / "one", 1), splitter)
    random.Random(5).shuffle(given)
    table = pa.Table.from_pylist(given).select(["side", "day", "user", "id"])
    many = split_dataset(stored(table, tmp_path / "many", 5), splitter)
    found = {name: part.to_arrow()["id"].to_pylist() for name, part in one.items()}
    assert {name: sorted(part.to_arrow()["id"].to_pylist()) for name, part in many.items()} == found
    assert sorted(one for part in found.values() for one in part) == list(range(700)), "each row once"
    assert all(found.values())


@pytest.mark.parametrize("splitter", [SPLITTERS[1], SPLITTERS[3]], ids=["hash", "tfx"])
def test_no_group_is_in_two_splits(splitter: Splitter, tmp_path: Path) -> None:
    parts = split_dataset(stored(pa.Table.from_pylist(rows()), tmp_path / "a", 1), splitter)
    seen = [set(part.to_arrow()["user"].to_pylist()) for part in parts.values()]
    assert sum(map(len, seen)) == len(set().union(*seen))
