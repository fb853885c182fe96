from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from penstock.core.error import DataError
from penstock.ml.data import Dataset, open_source
from penstock.ml.data.source.duckdb_file import DuckDBSource


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("duck") / "city.duckdb", "CREATE TABLE trips AS SELECT 1 AS id")


def write(path: Path, *statements: str) -> Path:
    with duckdb.connect(path) as connection:
        for statement in statements:
            connection.execute(statement)
    return path


def failure(path: Path, **options: str) -> DataError:
    with pytest.raises(DataError) as caught:
        DuckDBSource(str(path), **options).read().read_all()
    assert caught.value.fix
    return caught.value


@pytest.mark.parametrize(
    ("sql", "kind", "value"),
    [
        ("1::hugeint", pa.decimal128(38, 0), Decimal(1)),
        ("2::uhugeint", pa.decimal128(38, 0), Decimal(2)),
        ("3::ubigint", pa.uint64(), 3),
        ("1.5::decimal(30,3)", pa.decimal128(30, 3), Decimal("1.500")),
        ("'a'::enum('a', 'b')", pa.string(), "a"),
        ("interval 1 day", pa.string(), "1 day"),
        ("'101'::bit", pa.string(), "101"),
        ("timetz '10:00:00+01'", pa.string(), "10:00:00+01"),
        ("union_value(num := 1)", pa.string(), "1"),
        ("[1, 2]::int[2]", pa.list_(pa.int32()), [1, 2]),
        ("['a'::enum('a')]", pa.list_(pa.string()), ["a"]),
        ("{'a b': 'x'::enum('x')}", pa.struct([("a b", pa.string())]), {"a b": "x"}),
        ("'f9f7be8a-a7c4-4b7a-a8f3-4c44b2d6ce27'::uuid", pa.string(), "f9f7be8a-a7c4-4b7a-a8f3-4c44b2d6ce27"),
        ("""'{"a":1}'::json""", pa.string(), '{"a":1}'),
    ],
)
def test_types(path: Path, sql: str, kind: pa.DataType, value: object) -> None:
    table = DuckDBSource(str(path), query=f"SELECT {sql} AS a").read().read_all()
    assert [field.type.equals(kind) or str(field.type) for field in _plain(table).schema] == [True]
    assert table.column(0).to_pylist() == [value]


def _plain(table: pa.Table) -> pa.Table:
    """DuckDB calls the values of a list `l`."""
    kind = table.schema.field(0).type
    return table.cast(pa.schema([("a", pa.list_(kind.value_type))])) if pa.types.is_list(kind) else table


@pytest.mark.parametrize(
    ("query", "what"),
    [
        ("SELECT 170141183460469231731687303715884105727::hugeint AS a", "Could not cast"),
        ("SELECT 'infinity'::timestamp AS a", "column 'a' holds infinity"),
        ("SELECT '-infinity'::date AS a", "column 'a' holds infinity"),
        ("SELECT 1 AS a, 2 AS a", "appears 2 times"),
        ("DELETE FROM trips", "does not select"),
        ("SELECT 1; SELECT 2", "2 statements"),
        ("SELEC", "syntax error"),
        ("SELECT error('boom') AS a FROM range(10)", "boom"),
        ("SELECT * FROM read_csv('/etc/passwd')", "disabled"),
        ("SELECT * FROM '/etc/passwd'", "does not exist"),
    ],
)
def test_queries_that_fail(path: Path, query: str, what: str) -> None:
    assert what in failure(path, query=query).what


def test_by_its_url(path: Path) -> None:
    found = open_source(f"duckdb:///{path}?table=trips")
    assert Dataset.from_source(found).to_arrow().to_pylist() == [{"id": 1}]
    assert repr(found) == f"duckdb duckdb:///{path}: table trips"


def test_the_closest_table(path: Path) -> None:
    assert "there is no table 'trip'; did you mean 'trips'?" in failure(path, table="trip").what
    assert "trips" in failure(path, query="SELECT * FROM trisp").fix


def test_a_table_of_another_schema(tmp_path: Path) -> None:
    path = write(tmp_path / "a.duckdb", "CREATE SCHEMA s", "CREATE TABLE s.t AS SELECT 1 AS a")
    assert DuckDBSource(str(path), table="s.t").read().read_all().num_rows == 1
    assert "known: s.t" in failure(path, table="u").what


def test_rows_in_bounded_batches_and_in_order(tmp_path: Path) -> None:
    path = write(tmp_path / "a.duckdb", "CREATE TABLE t AS SELECT i FROM range(200000) AS r(i)")
    batches = list(DuckDBSource(str(path), table="t").read())
    assert max(batch.num_rows for batch in batches) <= 65_536
    assert pa.Table.from_batches(batches).column("i").to_pylist() == list(range(200_000))


def test_a_writer_in_another_process(tmp_path: Path) -> None:
    path = write(tmp_path / "a.duckdb", "CREATE TABLE t AS SELECT 1 AS a")
    code = f"import duckdb, sys; c = duckdb.connect({str(path)!r}); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        error = failure(path, table="t")
        writer.communicate()
    assert "cannot be opened" in error.what
    assert error.fix == "close the program or connection that writes to it"


def test_a_writer_in_this_process(tmp_path: Path) -> None:
    path = write(tmp_path / "a.duckdb", "CREATE TABLE t AS SELECT 1 AS a")
    with duckdb.connect(path):
        assert failure(path, table="t").fix == "close the program or connection that writes to it"


@pytest.mark.parametrize(
    ("content", "what"),
    [(b"", "the file is empty"), (b"a,b\n1,2\n", "not a DuckDB database"), (b"PAR1" + bytes(90), "a Parquet file")],
)
def test_a_file_that_is_something_else(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "a.duckdb"
    path.write_bytes(content)
    assert what in failure(path, table="t").what


def test_damage(tmp_path: Path) -> None:
    path = write(tmp_path / "a.duckdb", "CREATE TABLE t AS SELECT i, i::VARCHAR AS s FROM range(200000) AS r(i)")
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    assert "damaged" in failure(path, query="SELECT sum(i) AS a, max(s) AS b FROM t").fix
    middle = len(content) // 2
    path.write_bytes(content[:middle] + b"zzzz" + content[middle + 4 :])
    assert "Corrupt" in failure(path, query="SELECT sum(i) AS a, max(s) AS b FROM t").what


def test_fingerprint(tmp_path: Path) -> None:
    path = write(tmp_path / "a.duckdb", "CREATE TABLE t AS SELECT 1 AS a")
    first = DuckDBSource(str(path), table="t").fingerprint()
    assert first == DuckDBSource(f"duckdb:///{path}", table="t").fingerprint()
    declared = DuckDBSource(str(path), table="t", key="monday").fingerprint()
    write(path, "INSERT INTO t VALUES (2)")
    assert DuckDBSource(str(path), table="t").fingerprint() != first
    assert DuckDBSource(str(path), table="t", key="monday").fingerprint() == declared
