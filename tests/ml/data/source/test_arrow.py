from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import feather

from penstock.core.error import DataError
from penstock.ml.data.source.arrow import ArrowSource

TABLE = pa.table({"a": range(100), "b": pa.array([f"t{i % 3}" for i in range(100)]).dictionary_encode()})


def write(path: Path, table: pa.Table = TABLE, *, is_stream: bool = False) -> Path:
    new = pa.ipc.new_stream if is_stream else pa.ipc.new_file
    with new(path, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(table, max_chunksize=30)
    return path


def read(path: Path, **options: bool) -> pa.Table:
    return ArrowSource(str(path), **options).read().read_all()


def failure(path: Path) -> DataError:
    with pytest.raises(DataError) as caught:
        read(path)
    assert caught.value.fix
    return caught.value


@pytest.mark.parametrize("is_stream", [False, True])
def test_batches_as_they_were_written(tmp_path: Path, is_stream: bool) -> None:
    path = write(tmp_path / "a.arrow", is_stream=is_stream)
    assert read(path).equals(TABLE)
    assert [batch.num_rows for batch in ArrowSource(str(path)).read()] == [30, 30, 30, 10]


def test_feather(tmp_path: Path) -> None:
    for codec in ("lz4", "zstd", "uncompressed"):
        feather.write_feather(TABLE.to_pandas(), tmp_path / f"{codec}.feather", compression=codec)
    assert read(tmp_path).num_rows == 300
    assert read(tmp_path / "lz4.feather").schema.metadata is None


def test_feather_of_the_first_version(tmp_path: Path) -> None:
    path = tmp_path / "a.feather"
    path.write_bytes(b"FEA1" + bytes(60))
    assert "first version" in failure(path).what


def test_nested_types(tmp_path: Path) -> None:
    table = pa.table({"s": [{"x": [1, None], "y": "a"}, None], "d": pa.array([1, 2], pa.duration("s"))})
    assert read(write(tmp_path / "a.arrow", table)).equals(table)


@pytest.mark.parametrize("is_stream", [False, True])
def test_truncated(tmp_path: Path, is_stream: bool) -> None:
    path = write(tmp_path / "a.arrow", is_stream=is_stream)
    whole = path.read_bytes()
    for size in (len(whole) // 2, len(whole) // 3, 12):
        path.write_bytes(whole[:size])
        assert "cannot be read" in failure(path).what


@pytest.mark.parametrize(("content", "what"), [(b"", "empty"), (b"a,b\n", "something else"), (b"PAR1", "Parquet")])
def test_something_else(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "a.arrow"
    path.write_bytes(content)
    assert what in failure(path).what


def test_offsets_that_point_elsewhere(tmp_path: Path) -> None:
    """Whoever read such values would crash."""
    path = tmp_path / "a.arrow"
    batch = pa.RecordBatch.from_arrays([pa.array(["xyz"])], ["a"])
    with pa.ipc.new_file(path, batch.schema) as writer:
        writer.write_batch(batch)
    whole = path.read_bytes()
    place = whole.rindex(b"\0\0\0\0\x03\0\0\0")
    path.write_bytes(whole[:place] + b"\0\0\0\0\xff\xff\xff\x7f" + whole[place + 8 :])
    assert "cannot be read" in failure(path).what


def test_mixed_schemas(tmp_path: Path) -> None:
    write(tmp_path / "1.arrow", pa.table({"a": [1]}))
    write(tmp_path / "2.arrow", pa.table({"b": ["x"]}), is_stream=True)
    assert "lacks a and adds b" in failure(tmp_path).what
    assert read(tmp_path, union_by_name=True).to_pylist() == [{"a": 1, "b": None}, {"a": None, "b": "x"}]
    write(tmp_path / "2.arrow", pa.table({"a": ["x"]}))
    assert "column 'a' is string, but int64 in 1.arrow" in failure(tmp_path).what


def test_repeated_names(tmp_path: Path) -> None:
    write(tmp_path / "a.arrow", pa.Table.from_arrays([pa.array([1]), pa.array([2])], ["a", "a"]))
    assert "are called 'a' and 'a'" in failure(tmp_path / "a.arrow").what
