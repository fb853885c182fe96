from __future__ import annotations

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from penstock.core.error import DataError
from penstock.ml.data import Dataset
from penstock.ml.data.anomalies.table_source import as_dataset

ROWS = {"a": [1, 2]}


@pytest.mark.parametrize("table", [pa.table(ROWS), pd.DataFrame(ROWS), pl.DataFrame(ROWS), duckdb.sql("select 1 as a")])
def test_tables_can_be_read_again(table: object) -> None:
    data = as_dataset(table)
    assert data.num_rows == data.sql("select a from this").num_rows > 0


def test_data_sets_and_sources_are_taken_as_they_are() -> None:
    data = as_dataset(pa.table(ROWS))
    assert as_dataset(data) is data

    class Place:
        capabilities: frozenset[str] = frozenset()

        def fingerprint(self) -> str:
            return ""

        def read(self) -> pa.Table:
            return pa.table(ROWS)

    assert isinstance(as_dataset(Place()), Dataset)
    assert as_dataset(Place()).num_rows == 2


def test_what_is_no_table() -> None:
    with pytest.raises(DataError, match=r"builtins\.int is no table"):
        as_dataset(3).to_arrow()
