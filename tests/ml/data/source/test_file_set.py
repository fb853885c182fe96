from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from penstock.core.error import DataError
from penstock.ml.data.source.file_set import FileSet

SCHEMA = pa.schema([("n", pa.int64())])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.csv", "a.csv"):
        (tmp_path / name).write_text(name)
    return tmp_path


def files(*uris: Path) -> FileSet:
    return FileSet([str(uri) for uri in uris], [".csv"])


def opened(count: int = 3) -> pa.RecordBatchReader:
    batch = pa.RecordBatch.from_pydict({"n": [1]})
    return pa.RecordBatchReader.from_batches(SCHEMA, iter([batch] * count))


def test_locations_follow_each_other(folder: Path) -> None:
    assert files(folder).names == ["a.csv", "b.csv"]
    assert files(folder / "b.csv", folder).names == ["b.csv", "a.csv", "b.csv"]
    assert FileSet(str(folder / "a.csv"), [".csv"]).paths == (folder / "a.csv",)
    with pytest.raises(DataError, match="no location"):
        files()


def test_fingerprint_is_of_contents_in_order(folder: Path) -> None:
    assert files(folder).fingerprint() == files(folder / "*.csv").fingerprint()
    assert len({files(*uris).fingerprint() for uris in ((folder,), (folder / "a.csv",), (folder, folder))}) == 3
    before = files(folder).fingerprint()
    (folder / "b.csv").rename(folder / "c.csv")
    assert files(folder).fingerprint() == before, "names do not count"
    (folder / "c.csv").rename(folder / "0.csv")
    assert files(folder).fingerprint() != before, "their order does"


@pytest.mark.parametrize("change", ["append", "replace", "remove"])
def test_a_change_before_the_last_row_is_an_error(folder: Path, change: str) -> None:
    reader = files(folder).stream(opened)
    assert next(iter(reader)).num_rows == 1
    path = folder / "a.csv"
    if change == "append":
        with path.open("a") as stream:
            stream.write("x")
    else:
        path.unlink()
    if change == "replace":
        path.write_text("other")
    with pytest.raises(DataError, match="the file changed while it was read") as caught:
        reader.read_all()
    assert caught.value.where == str(path)


def test_a_change_explains_an_error(folder: Path) -> None:
    """What a reader stumbles over in a half-written file is not the file's fault."""

    def fail() -> Iterator[pa.RecordBatch]:
        yield pa.RecordBatch.from_pydict({"n": [1]})
        raise DataError("line 7 is bad", where=str(folder / "a.csv"), fix="correct it")

    def open_rows() -> pa.RecordBatchReader:
        return pa.RecordBatchReader.from_batches(SCHEMA, fail())

    with pytest.raises(DataError, match="line 7 is bad"):
        files(folder).stream(open_rows).read_all()
    reader = files(folder).stream(open_rows)
    (folder / "a.csv").write_text("longer than before")
    with pytest.raises(DataError, match="changed") as caught:
        reader.read_all()
    assert "line 7 is bad" in str(caught.value.__cause__)


def test_a_stream_that_is_left_halfway(folder: Path) -> None:
    reader = files(folder).stream(opened)
    next(iter(reader))
    (folder / "a.csv").unlink()
    del reader
