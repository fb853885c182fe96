from __future__ import annotations

from datetime import date, datetime

import pyarrow as pa

from penstock.ml.data.python_value import python_rows


def test_what_python_knows_stays() -> None:
    rows = [{"a": 1, "b": [date(2020, 1, 2)], "c": {"d": datetime(9999, 1, 1)}}, {"a": None, "b": None, "c": None}]
    assert python_rows(pa.Table.from_pylist(rows)) == rows


def test_times_beyond_pythons_years_are_text_at_any_depth() -> None:
    far = pa.array([0, 2**62, None], pa.timestamp("us"))
    table = pa.table(
        {
            "a": far,
            "b": pa.array([[], [2**31 - 1, None], None], pa.list_(pa.date32())),
            "c": pa.StructArray.from_arrays([far, pa.array([1, 2, 3])], ["d", "e"]),
        }
    )
    text = f"{2**62} (timestamp[us])"
    assert python_rows(table) == [
        {"a": datetime(1970, 1, 1), "b": [], "c": {"d": datetime(1970, 1, 1), "e": 1}},
        {"a": text, "b": [f"{2**31 - 1} (date32[day])", None], "c": {"d": text, "e": 2}},
        {"a": None, "b": None, "c": {"d": None, "e": 3}},
    ]
