from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from penstock.core.error import DataError
from penstock.ml.data.source.schema_union import check_names, check_same_names, common_schema, fitted

PATHS = (Path("1.x"), Path("2.x"), Path("3.x"))


def common(*kinds: dict[str, pa.DataType], union_by_name: bool = True) -> pa.Schema:
    schemas = [pa.schema(list(kind.items())) for kind in kinds]
    return common_schema(PATHS[: len(kinds)], schemas, union_by_name=union_by_name)


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (pa.int8(), pa.int64(), pa.int64()),
        (pa.uint16(), pa.uint8(), pa.uint16()),
        (pa.float32(), pa.float64(), pa.float64()),
        (pa.null(), pa.date32(), pa.date32()),
        (pa.string(), pa.large_string(), pa.string()),
        (pa.dictionary(pa.int8(), pa.string()), pa.string(), pa.string()),
        (pa.timestamp("ms"), pa.timestamp("us"), pa.timestamp("us")),
    ],
)
def test_types_that_go_together(one: pa.DataType, other: pa.DataType, both: pa.DataType) -> None:
    assert common({"a": one}, {"a": other}).field("a").type == both
    assert common({"a": other}, {"a": one}).field("a").type == both


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (pa.int64(), pa.float64()),
        (pa.int64(), pa.uint64()),
        (pa.string(), pa.binary()),
        (pa.timestamp("us"), pa.timestamp("us", "UTC")),
        (pa.timestamp("ns"), pa.timestamp("us")),
    ],
)
def test_types_that_do_not(one: pa.DataType, other: pa.DataType) -> None:
    with pytest.raises(DataError, match="column 'a' is") as caught:
        common({"b": pa.int64(), "a": one}, {"a": other})
    assert caught.value.where == "2.x"
    assert "in 1.x" in caught.value.what


def test_an_error_names_the_file_that_had_the_column_first() -> None:
    with pytest.raises(DataError, match=r"int64 in 2\.x"):
        common({}, {"a": pa.int64()}, {"a": pa.string()})


def test_columns_in_order_of_first_appearance() -> None:
    found = common({"a": pa.int64()}, {"c": pa.int64(), "a": pa.int64()}, {"b": pa.int64()})
    assert found.names == ["a", "c", "b"]
    with pytest.raises(DataError, match="'a' and 'A'"):
        common({"a": pa.int64()}, {"A": pa.int64()})


def test_names_that_differ() -> None:
    many = [f"c{index}" for index in range(9)]
    with pytest.raises(DataError, match=r"lacks c0, c1, c2, c3, c4 and 4 more and adds x"):
        check_same_names(PATHS[1], ["x"], PATHS[0], many)
    check_same_names(PATHS[1], many, PATHS[0], many)


def test_names_that_sql_could_not_tell_apart() -> None:
    check_names(["a", "b"], PATHS[0])
    for names, what in ((["a", "b", "A"], "columns 1 and 3"), (["a", ""], "column 2 has an empty name")):
        with pytest.raises(DataError, match=what):
            check_names(names, PATHS[0])


def test_batches_are_fitted() -> None:
    schema = pa.schema([("a", pa.int64()), ("b", pa.string())])
    batch = pa.RecordBatch.from_pydict({"a": pa.array([1, 2], pa.int8())})
    (found,) = fitted([batch], schema, PATHS[0])
    assert found.schema == schema
    assert found.to_pylist() == [{"a": 1, "b": None}, {"a": 2, "b": None}]
    with pytest.raises(DataError, match="does not fit into int64"):
        list(fitted([pa.RecordBatch.from_pydict({"a": ["x"]})], schema, PATHS[0]))
