from __future__ import annotations

import datetime as dt
import math
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from penstock.core.error import DataError
from penstock.ml.data import Dataset, open_source
from penstock.ml.data.source.sqlite import SqliteSource

INSTANT = pa.timestamp("us", "UTC")


def write(path: Path, *statements: str, values: list[Any] | None = None) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        if values is not None:
            connection.execute("CREATE TABLE t (a)")
            connection.executemany("INSERT INTO t VALUES (?)", [(value,) for value in values])
        connection.commit()
    return path


def failure(path: Path, **options: str) -> DataError:
    with pytest.raises(DataError) as caught:
        SqliteSource(str(path), **options).read().read_all()
    assert caught.value.fix
    return caught.value


@pytest.mark.parametrize(
    ("values", "kind", "read"),
    [
        ([1, None, -(2**63)], pa.int64(), [1, None, -(2**63)]),
        ([1, 2.5], pa.float64(), [1.0, 2.5]),
        ([2**53, 0.5], pa.float64(), [2.0**53, 0.5]),
        ([math.inf, 1.0], pa.float64(), [math.inf, 1.0]),
        (["x", "", None], pa.string(), ["x", "", None]),
        (["x", 7, 0.1], pa.string(), ["x", "7", "0.1"]),
        ([None, None], pa.string(), [None, None]),
        ([], pa.string(), []),
        ([b"\x00", None], pa.binary(), [b"\x00", None]),
        (["2020-02-29", None], pa.date32(), [dt.date(2020, 2, 29), None]),
        (["2020-02-30"], pa.string(), ["2020-02-30"]),
        (["2020-02-29", "soon"], pa.string(), ["2020-02-29", "soon"]),
        (["2020-02-29", 7], pa.string(), ["2020-02-29", "7"]),
        (["0000-01-01"], pa.string(), ["0000-01-01"]),
        (
            ["2020-01-02 03:04:05", "2020-01-02T03:04:05.000006"],
            pa.timestamp("us"),
            [dt.datetime(2020, 1, 2, 3, 4, 5), dt.datetime(2020, 1, 2, 3, 4, 5, 6)],
        ),
        (
            ["2020-01-02T03:04:05Z", "2020-01-02 03:04:05.5+02:00"],
            INSTANT,
            [
                dt.datetime(2020, 1, 2, 3, 4, 5, tzinfo=dt.UTC),
                dt.datetime(2020, 1, 2, 1, 4, 5, 500000, tzinfo=dt.UTC),
            ],
        ),
        (["2020-01-02 03:04:05", "2020-01-02 03:04:05Z"], pa.string(), None),
        (["2020-01-02 03:04:05", "2020-01-02"], pa.string(), None),
        (["2020-01-02 24:00:00"], pa.string(), None),
        (["2020-01-02 03:04:05.1234567"], pa.string(), None),
        (["2020-01-02 03:04:05."], pa.string(), None),
        (["2020-01-02 03:04:05+99:00"], pa.string(), None),
    ],
)
def test_one_type_for_all_values(tmp_path: Path, values: list[Any], kind: pa.DataType, read: list[Any] | None) -> None:
    path = write(tmp_path / "a.db", values=values)
    table = SqliteSource(str(path), table="t").read().read_all()
    assert table.schema.types == [kind]
    assert table.column("a").to_pylist() == (values if read is None else read)


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ([b"x", "y"], "holds bytes in 1 of 2 values"),
        ([b"x", 1, None], "holds bytes in 1 of 2 values"),
        ([2**53 + 1, 0.5], "whole numbers over 2^53 (1 of 2)"),
    ],
)
def test_values_without_a_common_type(tmp_path: Path, values: list[Any], what: str) -> None:
    error = failure(write(tmp_path / "a.db", values=values), table="t")
    assert what in error.what
    assert "CAST" in error.fix


def test_a_type_is_found_beyond_the_first_batch(tmp_path: Path) -> None:
    path = write(tmp_path / "a.db", values=[*range(70_000), "end"])
    reader = SqliteSource(str(path), table="t").read()
    assert [batch.num_rows for batch in reader] == [65_536, 4_465]


def test_many_columns(tmp_path: Path) -> None:
    names = ", ".join(f"c{index}" for index in range(1500))
    path = write(tmp_path / "a.db", f"CREATE TABLE t ({names})", "INSERT INTO t (c0, c1499) VALUES (1, 'x')")
    row = SqliteSource(str(path), table="t").read().read_all().to_pylist()[0]
    assert (row["c0"], row["c1"], row["c1499"]) == (1, None, "x")


def test_a_query_by_an_url(tmp_path: Path) -> None:
    path = write(tmp_path / "city of.db", values=[1, 2, 3])
    uri = f"sqlite:///{path}?query=SELECT%20a%2B1%20AS%20b%20FROM%20t%20WHERE%20a%20%3E%201;".replace(" ", "%20")
    assert Dataset.from_source(open_source(uri)).to_arrow().to_pylist() == [{"b": 3}, {"b": 4}]


@pytest.mark.parametrize(
    "query",
    ["DELETE FROM t", "SELECT 1; DELETE FROM t", "SELECT 1); DELETE FROM t; --", "PRAGMA user_version = 7", "WITH"],
)
def test_nothing_is_changed(tmp_path: Path, query: str) -> None:
    path = write(tmp_path / "a.db", values=[1])
    before = path.read_bytes()
    assert "one SELECT" in failure(path, query=query).fix
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.db"]


def test_the_closest_table(tmp_path: Path) -> None:
    path = write(tmp_path / "a.db", "CREATE TABLE trips (a)")
    assert "did you mean 'trips'?" in failure(path, table="trip").what
    assert "did you mean 'trips'?" in failure(path, query="SELECT * FROM trisp").what


def test_columns_of_one_name(tmp_path: Path) -> None:
    path = write(tmp_path / "a.db", values=[1])
    assert "column 'a' appears 2 times" in failure(path, query="SELECT a, a FROM t").what
    table = SqliteSource(str(path), query='SELECT a, a AS "b:1" FROM t').read().read_all()
    assert table.schema.names == ["a", "b:1"]


def test_text_that_is_not_utf_8(tmp_path: Path) -> None:
    path = write(tmp_path / "a.db", values=[1])
    error = failure(path, query="SELECT CAST(x'ff' AS TEXT) AS a")
    assert "UTF-8" in error.what
    assert "AS BLOB" in error.fix


def test_a_locked_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("penstock.ml.data.source.sqlite._WAIT_S", 0.0)
    path = write(tmp_path / "a.db", values=[1])
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        error = failure(path, table="t")
    assert "locked" in error.what
    assert "has committed" in error.fix


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "the file is empty"),
        (b"a,b\n1,2\n", "not an SQLite database"),
        (b"PAR1" + bytes(100), "a Parquet file"),
        (b"SQLite format 3\x00", "cut off"),
        (b"SQLite format 3\x00" + b"\xff" * 2000, "not a database"),
    ],
)
def test_a_file_that_is_something_else(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "a.db"
    path.write_bytes(content)
    assert what in failure(path, table="t").what


def test_a_truncated_file_is_never_read_as_missing_values(tmp_path: Path) -> None:
    path = write(tmp_path / "a.db", values=[f"text {index}" for index in range(5000)])
    path.write_bytes(path.read_bytes()[:-5000])
    assert "cut off" in failure(path, table="t").what


def test_damage_inside(tmp_path: Path) -> None:
    path = write(tmp_path / "a.db", values=[f"text {index}" for index in range(5000)])
    content = bytearray(path.read_bytes())
    content[8192:12288] = b"\x05" * 4096
    path.write_bytes(content)
    error = failure(path, table="t")
    assert "malformed" in error.what
    assert "restore" in error.fix


def test_no_file_and_a_folder(tmp_path: Path) -> None:
    write(tmp_path / "city.db", values=[1])
    assert "did you mean 'city.db'?" in failure(tmp_path / "ctiy.db", table="t").fix
    assert "this is a folder" in failure(tmp_path, table="t").what


def test_rows_written_between_types_and_rows(tmp_path: Path) -> None:
    path = write(tmp_path / "a.db", values=[1, 2])
    reader = SqliteSource(str(path), table="t").read()
    write(path, "INSERT INTO t VALUES ('x')")
    with pytest.raises(DataError, match="rows were written meanwhile"):
        reader.read_all()


def test_fingerprint(tmp_path: Path) -> None:
    path = write(tmp_path / "a.db", values=[1])
    first = SqliteSource(str(path), table="t").fingerprint()
    assert first == SqliteSource(f"sqlite:///{path}", table="t").fingerprint()
    assert first != SqliteSource(str(path), query="SELECT * FROM t").fingerprint()
    declared = SqliteSource(str(path), table="t", key="monday").fingerprint()
    with closing(sqlite3.connect(path)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        before = SqliteSource(str(path), table="t").fingerprint()
        writer.execute("INSERT INTO t VALUES (2)")
        writer.commit()
        assert (tmp_path / "a.db-wal").stat().st_size > 0
        assert SqliteSource(str(path), table="t").fingerprint() != before
        assert SqliteSource(str(path), table="t").read().read_all().num_rows == 2
    assert SqliteSource(str(path), table="t", key="monday").fingerprint() == declared
