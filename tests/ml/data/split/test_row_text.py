from __future__ import annotations

import datetime as dt
import hashlib
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penstock.ml.data.connection import connect
from penstock.ml.data.split.row_text import position, row_text, row_text_sql

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
