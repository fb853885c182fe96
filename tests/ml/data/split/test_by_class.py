from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penstock.core.error import DataError
from penstock.ml.data import Dataset
from penstock.ml.data.parquet import write_parquet
from penstock.ml.data.split import StratifiedSplit, split_dataset
from penstock.ml.data.split.row_text import position, row_text

FRACTIONS = {"train": 0.7, "eval": 0.2, "test": 0.1}


def as_data(table: pa.Table, folder: Path, files: int = 1) -> Dataset:
    folder.mkdir()
    size = -(-table.num_rows // files)
    for index in range(files):
        write_parquet(table.slice(index * size, size), folder / f"{index}.parquet")
    return Dataset(folder)


@settings(max_examples=20)
@given(sizes=st.lists(st.integers(1, 80), min_size=1, max_size=5), seed=st.integers(0, 99))
def test_counts_are_within_one_of_exact(sizes: list[int], seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    labels = [None if index == 0 else f"c{index}" for index, size in enumerate(sizes) for _ in range(size)]
    table = pa.table({"id": range(len(labels)), "label": pa.array(labels, pa.string())})
    folder = tmp_path_factory.mktemp("a")
    splits = split_dataset(as_data(table, folder / "one"), StratifiedSplit(FRACTIONS, "label"))
    counts = {name: Counter(part.to_arrow()["label"].to_pylist()) for name, part in splits.items()}
    for label, size in Counter(labels).items():
        assert sum(count[label] for count in counts.values()) == size
        for name, fraction in FRACTIONS.items():
            assert abs(counts[name][label] - fraction * size) < 1 + 1e-9
    order = random.Random(seed).sample(range(len(labels)), len(labels))
    shuffled = as_data(table.take(order).select(["label", "id"]), folder / "many", files=min(3, len(labels)))
    for name, part in split_dataset(shuffled, StratifiedSplit(FRACTIONS, ["label"])).items():
        assert sorted(part.to_arrow()["id"].to_pylist()) == splits[name].to_arrow()["id"].to_pylist()


def test_the_order_within_a_class_is_that_of_positions(tmp_path: Path) -> None:
    rows = [{"id": i, "label": i % 2} for i in range(40)]
    splits = split_dataset(
        as_data(pa.Table.from_pylist(rows), tmp_path / "a"), StratifiedSplit({"train": 0.75, "eval": 0.25}, "label")
    )
    ranked = sorted((row for row in rows if row["label"]), key=lambda row: position(row_text(row)))
    held_out = [row["id"] for row in splits["eval"].to_arrow().to_pylist() if row["label"]]
    assert held_out == sorted(row["id"] for row in ranked[:5])


def test_equal_rows_stay_together(tmp_path: Path) -> None:
    table = pa.table({"x": [1] * 9 + [2], "label": ["a"] * 10})
    splits = split_dataset(as_data(table, tmp_path / "a"), StratifiedSplit({"train": 0.5, "eval": 0.5}, "label"))
    found = [set(part.to_arrow()["x"].to_pylist()) for part in splits.values()]
    assert sorted(map(sorted, found)) in ([[1], [2]], [[], [1, 2]])


def test_combinations_of_columns(tmp_path: Path) -> None:
    table = pa.table({"id": range(400), "a": [i % 2 for i in range(400)], "b": [i // 2 % 2 for i in range(400)]})
    splits = split_dataset(as_data(table, tmp_path / "a"), StratifiedSplit({"train": 0.9, "eval": 0.1}, ["a", "b"]))
    found = Counter((row["a"], row["b"]) for row in splits["eval"].to_arrow().to_pylist())
    assert set(found.values()) == {10}


def test_what_is_no_class(tmp_path: Path) -> None:
    data = as_data(pa.table({"id": range(1001)}), tmp_path / "a")
    for column, message in [("id", "more than 1000 classes"), ("x", "is no column"), ("", "no class")]:
        with pytest.raises(DataError, match=message):
            split_dataset(data, StratifiedSplit(FRACTIONS, column))
    with pytest.raises(DataError, match="not positive parts"):
        split_dataset(data, StratifiedSplit({"train": 0.5}, "id"))


@pytest.mark.parametrize("other", ["label", "place", "n", "upto", "total", "e0"])
def test_other_columns_may_be_called_like_anything(other: str, tmp_path: Path) -> None:
    table = pa.table({"kind": ["a", "b"] * 20, other: list(range(40))})
    splits = split_dataset(as_data(table, tmp_path / "a"), StratifiedSplit({"train": 0.5, "eval": 0.5}, "kind"))
    assert [part.to_arrow()["kind"].to_pylist().count("a") for part in splits.values()] == [10, 10]
