from __future__ import annotations

import datetime as dt
import hashlib
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penstock.core.error import DataError
from penstock.ml.data import Dataset, split_query, split_row
from penstock.ml.data.connection import connect
from penstock.ml.data.parquet import write_parquet
from penstock.ml.data.split import POSITIONS, position, row_text, row_text_sql, split_ranges

FRACTIONS = {"train": 0.7, "eval": 0.2, "test": 0.1}

VALUES = {
    pa.bool_(): st.booleans(),
    pa.int8(): st.integers(-(2**7), 2**7 - 1),
    pa.int64(): st.integers(-(2**63), 2**63 - 1),
    pa.uint64(): st.integers(0, 2**64 - 1),
    pa.float32(): st.floats(width=32),
    pa.float64(): st.floats(),
    pa.string(): st.text(),
    pa.binary(): st.binary(),
    pa.date32(): st.dates(),
    pa.timestamp("us"): st.datetimes(),
    pa.timestamp("ms"): st.datetimes().map(lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)),
    pa.timestamp("us", "UTC"): st.datetimes(timezones=st.just(dt.UTC)),
    pa.time64("us"): st.times(),
    pa.decimal128(12, 3): st.decimals(
        allow_nan=False, allow_infinity=False, places=3, min_value=-(10**8), max_value=10**8
    ),
    pa.dictionary(pa.int32(), pa.string()): st.text(),
}


DECIMAL = pa.decimal128(10, 2)
CONNECTION = connect()


def texts_in_sql(table: pa.Table) -> list[str]:
    rows = (
        connect().from_arrow(table).query("this", f"select {row_text_sql(table.schema, table.schema.names)} from this")
    )
    return [text for (text,) in rows.fetchall()]


@pytest.mark.parametrize("kind", VALUES, ids=str)
def test_sql_and_python_agree_on_the_text(kind: pa.DataType) -> None:
    @settings(max_examples=25)
    @given(values=st.lists(st.none() | VALUES[kind], min_size=1, max_size=20))
    def agree(values: list[Any]) -> None:
        column = pa.array(values, kind)
        assert texts_in_sql(pa.table({"a": column})) == [row_text({"a": value}) for value in column.to_pylist()]

    agree()


def test_nanoseconds_are_rounded_down_on_both_sides_of_1970() -> None:
    column = pa.array([-1, -1000, -1001, 0, 1999], pa.timestamp("ns"))
    assert texts_in_sql(pa.table({"a": column})) == ["2:-1,", "2:-1,", "2:-2,", "1:0,", "1:1,"]
    assert [row_text({"a": value}) for value in column.to_pylist()] == ["2:-1,", "2:-1,", "2:-2,", "1:0,", "1:1,"]


def test_the_text_is_as_documented() -> None:
    row = {"z": "é,", "a": 1.5, "b": 2.0, "c": Decimal("-2.50"), "d": None, "e": float("nan"), "f": -0.0, "g": b"\xff"}
    bits = int.from_bytes(bytes.fromhex("3ff8000000000000"), "big")
    assert row_text(row) == f"20:f{bits},1:2,4:-2.5,-,3:nan,1:0,3:xFF,3:é,,"
    assert position("abc") == int(hashlib.sha256(b"abc").hexdigest(), 16) >> 196


def test_the_same_number_has_the_same_text_in_any_type() -> None:
    for kind in (pa.int8(), pa.int64(), pa.uint32(), pa.float32(), pa.float64(), DECIMAL):
        column = pa.array(
            [None if value is None else Decimal(value) if kind == DECIMAL else value for value in (3, None)], kind
        )
        assert texts_in_sql(pa.table({"a": column})) == ["1:3,", "-,"]


@given(st.lists(st.tuples(st.text(max_size=3), st.text(max_size=3)), min_size=2, max_size=2, unique=True))
def test_different_rows_have_different_texts(rows: list[tuple[str, str]]) -> None:
    first, second = ({"a": a or None, "b": b} for a, b in rows)
    assert row_text(first) != row_text(second) or first == second


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
