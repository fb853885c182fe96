from __future__ import annotations

import random
from pathlib import Path

import pyarrow as pa
import pytest

from penstock.core.error import DataError
from penstock.ml.data import Dataset, split_query, split_row
from penstock.ml.data.parquet import write_parquet
from penstock.ml.data.split import HashSplit, split_dataset
from penstock.ml.data.split.by_hash import split_ranges
from penstock.ml.data.split.row_text import POSITIONS

FRACTIONS = {"train": 0.7, "eval": 0.2, "test": 0.1}


@pytest.fixture(scope="module")
def table() -> pa.Table:
    draw = random.Random(1)
    return pa.table(
        {
            "id": range(5000),
            "group": [f"g{draw.randrange(500)}" for _ in range(5000)],
            "x": [draw.choice([None, draw.gauss(0, 1)]) for _ in range(5000)],
        }
    )


def ids(data: Dataset, name: str, key: str = "") -> list[int]:
    found: list[int] = data.sql(split_query(data.schema, FRACTIONS, name, key=key)).to_arrow()["id"].to_pylist()
    return found


def as_data(table: pa.Table, folder: Path, files: int = 1) -> Dataset:
    folder.mkdir()
    size = -(-table.num_rows // files)
    for index in range(files):
        write_parquet(table.slice(index * size, size), folder / f"{index}.parquet")
    return Dataset(folder)


@pytest.mark.parametrize("key", ["", "group"])
def test_sql_gives_what_python_says_whatever_the_layout(table: pa.Table, key: str, tmp_path: Path) -> None:
    shuffled = table.take(random.Random(2).sample(range(5000), 5000)).select(["x", "group", "id"])
    one = as_data(table, tmp_path / "one")
    many = as_data(shuffled, tmp_path / "many", files=7)
    expected: dict[str, list[int]] = {name: [] for name in FRACTIONS}
    for row in table.to_pylist():
        expected[split_row(row, FRACTIONS, key=key)].append(row["id"])
    for name in FRACTIONS:
        assert ids(one, name, key) == expected[name], "in their order"
        assert sorted(ids(many, name, key)) == expected[name]
    assert sum(map(len, expected.values())) == 5000
    assert len(expected["train"]) == pytest.approx(3500, abs=350)


def test_a_key_keeps_its_rows_together(table: pa.Table, tmp_path: Path) -> None:
    data = as_data(table, tmp_path / "one")
    group_of = dict(zip(table["id"].to_pylist(), table["group"].to_pylist(), strict=True))
    groups = [{group_of[i] for i in ids(data, name, "group")} for name in FRACTIONS]
    assert not groups[0] & groups[1]
    assert not groups[0] & groups[2]
    assert not groups[1] & groups[2]


def test_duplicates_go_the_same_way(tmp_path: Path) -> None:
    data = as_data(pa.table({"id": list(range(200)) * 3}), tmp_path / "one")
    for name in FRACTIONS:
        found = ids(data, name)
        assert len(found) == 3 * len(set(found))


def test_ranges_fill_all_positions_in_the_order_of_the_names() -> None:
    ranges = split_ranges(FRACTIONS)
    assert list(ranges) == ["eval", "test", "train"]
    assert ranges["eval"] == (0, POSITIONS // 5)
    assert ranges["train"][1] == POSITIONS
    assert ranges["test"] == (ranges["eval"][1], ranges["train"][0])
    assert split_ranges(dict(reversed(FRACTIONS.items()))) == ranges


@pytest.mark.parametrize(
    "fractions", [{}, {"a": 0.5}, {"a": 1.5, "b": -0.5}, {"a": 1.0, "b": 0.0}, {"a": float("nan"), "b": 1.0}]
)
def test_fractions_that_are_no_parts_of_one(fractions: dict[str, float]) -> None:
    with pytest.raises(DataError, match="not positive parts of 1"):
        split_ranges(fractions)


def test_thirds_are_parts_of_one() -> None:
    assert split_ranges({"a": 1 / 3, "b": 1 / 3, "c": 1 / 3})["c"][1] == POSITIONS


def test_wrong_names_and_types() -> None:
    schema = pa.schema([("id", pa.int64()), ("tags", pa.list_(pa.string()))])
    with pytest.raises(DataError, match="no split 'trian'; did you mean 'train'"):
        split_query(schema, FRACTIONS, "trian")
    with pytest.raises(DataError, match="'di' is no column; did you mean 'id'"):
        split_query(schema, FRACTIONS, "train", key="di")
    with pytest.raises(DataError, match="'di' is no column"):
        split_row({"id": 1}, FRACTIONS, key="di")
    with pytest.raises(DataError, match="column 'tags' is list"):
        split_query(schema, FRACTIONS, "train")
    with pytest.raises(DataError, match="column 'tags' is list"):
        split_row({"id": 1, "tags": ["a"]}, FRACTIONS)
    assert "id" in split_query(schema, FRACTIONS, "train", key="id")


def test_several_columns_make_one_key(table: pa.Table, tmp_path: Path) -> None:
    data = as_data(table, tmp_path / "one")
    pair = ["group", "x"]
    rows = table.to_pylist()
    splits = split_dataset(data, HashSplit(FRACTIONS, pair))
    seen = {name: {(row["group"], row["x"]) for row in part.to_arrow().to_pylist()} for name, part in splits.items()}
    assert not seen["train"] & seen["eval"]
    assert not seen["train"] & seen["test"]
    assert {split_row(row, FRACTIONS, key=pair) for row in rows if (row["group"], row["x"]) in seen["test"]} == {"test"}
    assert split_row(rows[0], FRACTIONS, key=["x", "group"]) == split_row(rows[0], FRACTIONS, key=pair)
