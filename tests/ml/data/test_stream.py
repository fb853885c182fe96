from __future__ import annotations

import pyarrow as pa
import pytest

from penstock.core.error import DataError
from penstock.ml.data.stream import as_table, open_stream


def test_mappings_become_a_table() -> None:
    assert as_table({"a": 1, "b": None}, where="test").to_pylist() == [{"a": 1, "b": None}]
    rows = [{"a": 1}, {"b": "x"}]
    assert as_table(rows, where="test").to_pylist() == [{"a": 1, "b": None}, {"a": None, "b": "x"}]


def test_values_of_two_types_in_a_column() -> None:
    with pytest.raises(DataError, match="do not form a table"):
        as_table([{"a": 1}, {"a": "x"}], where="test")


@pytest.mark.parametrize("thing", [3, "text", object()])
def test_what_is_no_table(thing: object) -> None:
    with pytest.raises(DataError, match="is no table"):
        open_stream(thing, where="test")


def test_a_reader_passes_as_it_is() -> None:
    reader = pa.table({"a": [1]}).to_reader()
    assert open_stream(reader, where="test") is reader
