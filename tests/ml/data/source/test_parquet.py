from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from penstock.core.error import DataError
from penstock.ml.data.source.parquet import ParquetSource


def failure(path: Path) -> DataError:
    with pytest.raises(DataError) as caught:
        ParquetSource(str(path)).read()
    assert caught.value.fix
    return caught.value


def test_a_truncated_file(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"a": range(1000)}), path)
    path.write_bytes(path.read_bytes()[:-20])
    assert "cannot be read" in failure(path).what


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"a,b\n1,2\n", "perhaps text"),
        (b"\x1f\x8b....", "gzip-compressed"),
        (b"", "empty"),
        (b"PAR1", "cannot be read"),
    ],
)
def test_a_file_that_is_something_else(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(content)
    error = failure(path)
    assert what in error.what
    assert error.where == str(path)


@pytest.mark.parametrize(
    ("second", "what"),
    [
        (pa.table({"a": [1]}), "lacks b"),
        (pa.table({"a": [1], "b": ["x"], "c": [1]}), "adds c"),
        (pa.table({"b": ["x"], "a": [1]}), "orders them otherwise"),
        (pa.table({"a": [1.5], "b": ["x"]}), "column 'a' is double, but int64 in 1.parquet"),
    ],
)
def test_mixed_schemas_in_a_folder(tmp_path: Path, second: pa.Table, what: str) -> None:
    pq.write_table(pa.table({"a": [1], "b": ["x"]}), tmp_path / "1.parquet")
    pq.write_table(second, tmp_path / "2.parquet")
    error = failure(tmp_path)
    assert what in error.what
    assert error.where.endswith("2.parquet")


def test_wide_file(tmp_path: Path) -> None:
    path = tmp_path / "wide.parquet"
    pq.write_table(pa.table({f"c{i}": [i] for i in range(5000)}), path)
    assert ParquetSource(str(path)).read().read_all().num_columns == 5000


def test_union_by_name(tmp_path: Path) -> None:
    tables = (
        pa.table({"a": pa.array([1], pa.int32()), "b": ["x"]}),
        pa.table({"c": [[1.5]], "a": [2**40]}),
        pa.table({"a": pa.nulls(1), "b": pa.array(["y"], pa.large_string())}),
    )
    for index, table in enumerate(tables):
        pq.write_table(table, tmp_path / f"{index}.parquet")
    found = ParquetSource(str(tmp_path), union_by_name=True).read().read_all()
    assert found.schema == pa.schema([("a", pa.int64()), ("b", pa.string()), ("c", pa.list_(pa.float64()))])
    assert found.to_pylist() == [
        {"a": 1, "b": "x", "c": None},
        {"a": 2**40, "b": None, "c": [1.5]},
        {"a": None, "b": "y", "c": None},
    ]
    pq.write_table(pa.table({"a": ["x"]}), tmp_path / "9.parquet")
    with pytest.raises(DataError, match=r"column 'a' is string, but int64 in 0\.parquet"):
        ParquetSource(str(tmp_path), union_by_name=True).read()


def test_the_same_types_in_other_clothes(tmp_path: Path) -> None:
    required = pa.schema([pa.field("a", pa.string(), nullable=False)])
    pq.write_table(pa.table({"a": ["x"]}, required), tmp_path / "1.parquet")
    pq.write_table(pa.table({"a": pa.array(["y"], pa.large_string())}), tmp_path / "2.parquet")
    assert ParquetSource(str(tmp_path)).read().read_all()["a"].to_pylist() == ["x", "y"]


@pytest.mark.parametrize(
    ("names", "what"), [(["a", "a"], "'a' and 'a'"), (["a", "A"], "'a' and 'A'"), (["a", ""], "empty")]
)
def test_names_that_sql_could_not_tell_apart(tmp_path: Path, names: list[str], what: str) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.Table.from_arrays([pa.array([1]), pa.array([2])], names), path)
    assert what in failure(path).what
