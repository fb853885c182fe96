from __future__ import annotations

import datetime as dt
import random
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penstock.core.error import DataError
from penstock.ml.data import Dataset
from penstock.ml.data.parquet import write_parquet
from penstock.ml.data.split import TimeSplit, split_dataset


def data_of(folder: Path, **columns: Any) -> Dataset:
    write_parquet(pa.table(columns), folder / "a.parquet")
    return Dataset(folder)


def times(data: Dataset, splitter: TimeSplit) -> dict[str, list[Any]]:
    return {name: part.to_arrow()["t"].to_pylist() for name, part in split_dataset(data, splitter).items()}


@settings(max_examples=30)
@given(values=st.lists(st.integers(0, 12), min_size=3, max_size=60), seed=st.integers(0, 9))
def test_fractions_never_tear_ties_apart(
    values: list[int], seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    if len(set(values)) < 2:
        return
    data = data_of(tmp_path_factory.mktemp("a"), t=values)
    found = times(data, TimeSplit("t", {"train": 0.7, "eval": 0.3}))
    assert max(found["train"]) < min(found["eval"])
    cuts = {sum(value < moment for value in values) for moment in set(values)} - {0}
    wanted = Fraction(7, 10) * len(values)
    assert len(found["train"]) == min(cuts, key=lambda cut: (abs(cut - wanted), cut))
    random.Random(seed).shuffle(values)
    again = times(data_of(tmp_path_factory.mktemp("b"), t=values), TimeSplit("t", {"train": 0.7, "eval": 0.3}))
    assert {name: sorted(part) for name, part in again.items()} == {name: sorted(p) for name, p in found.items()}


def test_boundaries_and_gap(tmp_path: Path) -> None:
    days = [dt.datetime(2026, 1, 1) + dt.timedelta(days=i) for i in range(30)]
    data = data_of(tmp_path, t=days)
    boundaries = {"test": "2026-01-25", "eval": "2026-01-11T00:00:00"}
    found = times(data, TimeSplit("t", boundaries=boundaries, gap=3 * 86_400))
    assert {name: (part[0].day, part[-1].day) for name, part in found.items()} == {
        "train": (1, 7),
        "eval": (11, 21),
        "test": (25, 30),
    }


@pytest.mark.parametrize(
    ("values", "boundary", "gap"),
    [
        ([1400269500, 1362683700, 1500000000], 1400269500, 1.0),
        ([1.5, 2.5, 3.5], 3, 0.25),
        ([dt.date(2026, 1, 1), dt.date(2026, 1, 5)], "2026-01-05", 86_400.0),
        ([dt.datetime(2026, 1, 1, tzinfo=dt.UTC), dt.datetime(2026, 1, 5, tzinfo=dt.UTC)], "2026-01-03T00:00Z", 5.0),
    ],
)
def test_any_type_that_is_a_time(values: list[Any], boundary: Any, gap: float, tmp_path: Path) -> None:
    found = times(data_of(tmp_path, t=values), TimeSplit("t", boundaries={"eval": boundary}, gap=gap))
    assert found["train"]
    assert max(found["train"]) < min(found["eval"])


def test_nanoseconds_stay(tmp_path: Path) -> None:
    table = pa.table({"t": pa.array([1, 2, 3, 4], pa.timestamp("ns")), "i": range(4)})
    write_parquet(table, tmp_path / "a.parquet")
    parts = split_dataset(Dataset(tmp_path), TimeSplit("t", {"train": 0.5, "eval": 0.5}))
    assert [part.to_arrow()["i"].to_pylist() for part in parts.values()] == [[0, 1], [2, 3]]


def test_what_is_no_time(tmp_path: Path) -> None:
    data = data_of(tmp_path, t=[1.0, None, float("nan")], s=["a", "b", "c"], one=[1, 1, 1])
    half = {"train": 0.5, "eval": 0.5}
    for splitter, message in [
        (TimeSplit("t", half), "missing in 2 rows"),
        (TimeSplit("s", half), "is string, which is no time"),
        (TimeSplit("x", half), "is no column"),
        (TimeSplit("one", half), "too few different times"),
        (TimeSplit("one"), "either fractions or boundaries"),
        (TimeSplit("one", half, {"eval": 1}), "either fractions or boundaries"),
        (TimeSplit("one", half, gap=-1), "gap"),
        (TimeSplit("one", {"train": 0.5}), "not positive parts"),
        (TimeSplit("one", boundaries={"eval": 1, "test": 1}), "not different"),
        (TimeSplit("one", boundaries={"eval": "soon"}), "soon"),
    ]:
        with pytest.raises(DataError, match=message):
            split_dataset(data, splitter)


@pytest.mark.parametrize("other", ["moment", "n", "before", "total"])
def test_other_columns_may_be_called_like_anything(other: str, tmp_path: Path) -> None:
    pq.write_table(pa.table({"t": list(range(10)), other: [1, 2] * 5}), tmp_path / "a.parquet")
    splits = split_dataset(Dataset(tmp_path / "a.parquet"), TimeSplit("t", {"train": 0.6, "eval": 0.4}))
    assert [part.to_arrow()["t"].to_pylist() for part in splits.values()] == [list(range(6)), list(range(6, 10))]
