from __future__ import annotations

import hashlib
from bisect import bisect
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penstock.core.error import DataError
from penstock.ml.data import Dataset
from penstock.ml.data.connection import connect
from penstock.ml.data.parquet import write_parquet
from penstock.ml.data.split import TfxSplit, split_dataset, tfx_bucket, tfx_split
from penstock.ml.data.split.by_tfx import serialized_feature, tfx_bucket_sql

# Serialised by hand after the wire format: tag, length, and the list's own tag and length.
SERIALIZED = {
    "": b"\n\x02\n\x00",
    "ab": b"\n\x04\n\x02ab",
    "é": b"\n\x04\n\x02\xc3\xa9",
    b"\x00\xff": b"\n\x04\n\x02\x00\xff",
    "x" * 200: b"\n\xcb\x01\n\xc8\x01" + b"x" * 200,
    0: b"\x1a\x03\n\x01\x00",
    300: b"\x1a\x04\n\x02\xac\x02",
    -1: b"\x1a\x0c\n\x0a" + b"\xff" * 9 + b"\x01",
}


@pytest.mark.parametrize("value", SERIALIZED, ids=repr)
def test_the_key_is_the_serialised_feature(value: Any) -> None:
    assert serialized_feature(value) == SERIALIZED[value]


@pytest.mark.parametrize("value", SERIALIZED, ids=repr)
@pytest.mark.parametrize("total", [1, 3, 10, 80, 2**31 - 1])
def test_buckets_are_those_of_example_gen(value: Any, total: int) -> None:
    expected = int(hashlib.sha256(SERIALIZED[value]).hexdigest(), 16) % total
    assert tfx_bucket(value, total) == expected
    table = pa.table({"k": [value]})
    assert buckets_in_sql(table, total) == [expected]


def buckets_in_sql(table: pa.Table, total: int) -> list[int]:
    query = f"select {tfx_bucket_sql(table.schema, 'k', total)} from this"
    return [found for (found,) in connect().from_arrow(table).query("this", query).fetchall()]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (pa.string(), st.text()),
        (pa.binary(), st.binary(max_size=300)),
        (pa.int64(), st.integers(-(2**63), 2**63 - 1)),
        (pa.uint8(), st.integers(0, 255)),
        (pa.dictionary(pa.int32(), pa.string()), st.text()),
    ],
    ids=str,
)
def test_sql_and_python_agree(kind: pa.DataType, values: st.SearchStrategy[Any]) -> None:
    @settings(max_examples=15)
    @given(keys=st.lists(values, min_size=1, max_size=20), total=st.integers(1, 2**31 - 1))
    def agree(keys: list[Any], total: int) -> None:
        column = pa.array(keys, kind)
        assert buckets_in_sql(pa.table({"k": column}), total) == [tfx_bucket(key, total) for key in keys]

    agree()


def test_splits_are_cumulative_buckets_in_the_given_order(tmp_path: Path) -> None:
    # Names of lambdas inside the query must not be taken for columns.
    names = ["content", "digest", "v", "k", "n"]
    table = pa.table({name: [f"{name} {i}" for i in range(300)] for name in names})
    write_parquet(table, tmp_path / "a.parquet")
    data = Dataset(tmp_path)
    buckets = {"a": 10, "b": 40, "c": 30}
    for name in names:
        splits = split_dataset(data, TfxSplit(name, buckets))
        for index, part in enumerate(splits.values()):
            expected = [
                value
                for value in table[name].to_pylist()
                if bisect([10, 50, 80], int(hashlib.sha256(serialized_feature(value)).hexdigest(), 16) % 80) == index
            ]
            assert part.to_arrow()[name].to_pylist() == expected
    assert tfx_split("content 0") == ("train" if tfx_bucket("content 0", 3) < 2 else "eval")


def test_what_tfx_refuses(tmp_path: Path) -> None:
    write_parquet(pa.table({"k": ["a", None], "x": [1.5, 2.0]}), tmp_path / "a.parquet")
    data = Dataset(tmp_path)
    for key, message in [("k", "missing in 1 rows"), ("x", "is double"), ("z", "no column"), ("", "no key")]:
        with pytest.raises(DataError, match=message):
            split_dataset(data, TfxSplit(key))
    for buckets in ({}, {"train": 0}, {"train": 1.5}, {"train": float("nan")}, {"train": 2**31}):
        with pytest.raises(DataError, match="no positive whole numbers"):
            split_dataset(data, TfxSplit("k", buckets))
