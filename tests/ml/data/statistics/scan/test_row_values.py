from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from penstock.ml.data.statistics.scan.row_values import NON_UTF8, column_at, list_lengths, row_values, texts_of

LISTS = [[1, 2], None, [], [None, 3]]


@pytest.mark.parametrize("kind", [pa.list_(pa.int64()), pa.large_list(pa.int64()), pa.list_view(pa.int64())])
def test_values_know_their_rows(kind: pa.DataType) -> None:
    found = row_values(pa.array(LISTS, kind))
    assert found.owners.tolist() == [0, 0, 3]
    assert found.values.to_pylist() == [1, 2, 3]
    assert found.is_present.tolist() == [True, False, True, True]


def test_nested_and_flat_values() -> None:
    nested = row_values(pa.array([[["a"], None, ["b", None]], None, [[]], [["c"]]]))
    assert (nested.owners.tolist(), nested.values.to_pylist()) == ([0, 0, 3], ["a", "b", "c"])
    flat = row_values(pa.array([None, 7, 8]).slice(1))
    assert (flat.owners.tolist(), flat.values.to_pylist()) == ([0, 1], [7, 8])


def test_lengths_of_null_are_zero() -> None:
    assert list_lengths(pa.array(LISTS)).tolist() == [2, 0, 0, 2]
    assert np.array_equal(list_lengths(pa.array([1, None])), [1, 0])


def test_columns_inside_of_structs() -> None:
    table = pa.table({"s": [[{"a": {"b": 1}}, None], [{"a": None}, {"a": {"b": 2}}]]})
    found = column_at(table, ("s", "a", "b"))
    assert found is not None
    assert found.to_pylist() == [1, 2]
    for path in (("t",), ("s", "x"), ("s", "a", "b", "c")):
        assert column_at(table, path) is None


def test_texts_that_are_not_utf8_have_a_placeholder() -> None:
    assert texts_of(pa.array([b"ok", b"\xff"])).to_pylist() == ["ok", NON_UTF8]
