from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from penstock.core.error import DataError
from penstock.ml.data.source import ParquetSource


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
