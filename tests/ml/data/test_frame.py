from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pytest

from penstock.ml.data.frame import from_pandas, to_pandas


def test_whole_numbers_and_booleans_with_gaps_stay_exact() -> None:
    frame = to_pandas(pa.table({"i": [2**63 - 1, None], "b": [True, None], "n": [1, 2], "f": [1.5, None]}))
    assert [str(dtype) for dtype in frame.dtypes] == ["Int64", "boolean", "int64", "float64"]
    assert frame["i"][0] == 2**63 - 1
    assert frame["f"].isna().tolist() == [False, True]


def test_in_pandas_nan_is_missing() -> None:
    table = from_pandas(pd.DataFrame({"f": [1.0, float("nan")], "s": ["a", None]}), where="test")
    assert table["f"].null_count == table["s"].null_count == 1
    assert not table.schema.metadata


@pytest.mark.parametrize("rows", [0, 3])
def test_round_trip_of_types(rows: int) -> None:
    table = pa.table({"i": pa.array([1, 2, None], pa.int32()), "s": ["a", None, ""], "z": [None] * 3}).slice(0, rows)
    schema = pa.schema([("i", pa.int32()), ("s", pa.string()), ("z", pa.null())])
    back = from_pandas(to_pandas(table), where="test")
    assert back.schema.field("i").type == pa.int32()
    assert back.cast(schema).to_pylist() == table.to_pylist()
