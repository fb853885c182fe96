from __future__ import annotations

import datetime as dt
import math
import secrets
from collections.abc import Iterator
from decimal import Decimal

import pyarrow as pa
import pytest
from servers import new_postgres_url

from penstock.core.error import DataError
from penstock.ml.data import Dataset, open_source
from penstock.ml.data.source.postgres import PostgresSource

psycopg = pytest.importorskip("psycopg", reason="pip install 'penstock[postgres]'")
pytest.importorskip("adbc_driver_postgresql", reason="pip install 'penstock[postgres]'")


@pytest.fixture(scope="module")
def url() -> str:
    return new_postgres_url()


@pytest.fixture
def server(url: str) -> Iterator[psycopg.Connection]:
    """A session whose tables are gone after the test."""
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection
        for (name,) in connection.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relowner = 10 "
            "AND relnamespace = current_schema()::regnamespace"
        ).fetchall():
            connection.execute(f'DROP TABLE "{name}" CASCADE')


def rows(url: str, query: str) -> pa.Table:
    return PostgresSource(url, query=query).read().read_all()


def failure(url: str, query: str = "", **options: str) -> DataError:
    with pytest.raises(DataError) as caught:
        PostgresSource(url, query=query, **options).read().read_all()
    return caught.value


@pytest.mark.parametrize(
    ("sql", "kind", "value"),
    [
        ("1::int2", pa.int16(), 1),
        ("2::int4", pa.int32(), 2),
        ("3::int8", pa.int64(), 3),
        ("1.5::float4", pa.float32(), 1.5),
        ("'-inf'::float8", pa.float64(), -math.inf),
        ("1.25::numeric(10,2)", pa.decimal128(10, 2), Decimal("1.25")),
        ("1.25::numeric", pa.float64(), 1.25),
        ("1.25::numeric(60,2)", pa.float64(), 1.25),
        ("1200::numeric(5,-2)", pa.float64(), 1200.0),
        ("sum(n) FROM (VALUES (1::int8), (2)) AS t(n)", pa.float64(), 3.0),
        ("true", pa.bool_(), True),
        ("'x'::text", pa.string(), "x"),
        ("'x'::varchar(5)", pa.string(), "x"),
        ("'x'::char(5)", pa.string(), "x"),
        ("'x'::name", pa.string(), "x"),
        ("'\\x00ff'::bytea", pa.binary(), b"\x00\xff"),
        ("date '2020-01-02'", pa.date32(), dt.date(2020, 1, 2)),
        ("time '12:00:01'", pa.time64("us"), dt.time(12, 0, 1)),
        ("timetz '12:00:01+02'", pa.string(), "12:00:01+02"),
        ("timestamp '2020-01-02 03:04:05.123456'", pa.timestamp("us"), dt.datetime(2020, 1, 2, 3, 4, 5, 123456)),
        (
            "timestamptz '2020-01-02 03:04:05+02'",
            pa.timestamp("us", "UTC"),
            dt.datetime(2020, 1, 2, 1, 4, 5, tzinfo=dt.UTC),
        ),
        ("interval '1 month 2 days'", pa.string(), "1 mon 2 days"),
        ("""'{"a": 1}'::json""", pa.string(), '{"a": 1}'),
        ("""'{"a":1}'::jsonb""", pa.string(), '{"a": 1}'),
        ("'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid", pa.string(), "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
        ("array[1, null, 3]", pa.list_(pa.int32()), [1, None, 3]),
        ("'{}'::int[]", pa.list_(pa.int32()), []),
        ("array['a', 'b,c']", pa.list_(pa.string()), ["a", "b,c"]),
        ("array[1.5, 2]::numeric[]", pa.list_(pa.float64()), [1.5, 2.0]),
        ("array['10.0.0.1'::inet]", pa.list_(pa.string()), ["10.0.0.1/32"]),
        ("'10.0.0.0/8'::cidr", pa.string(), "10.0.0.0/8"),
        ("12.5::numeric::money", pa.float64(), 12.5),
        ("4000000000::oid", pa.int64(), 4_000_000_000),
        ("row(1, 'q')", pa.string(), "(1,q)"),
        ("int4range(1, 5)", pa.string(), "[1,5)"),
        ("point(1, 2)", pa.string(), "(1,2)"),
        ("b'101'", pa.string(), "101"),
        ("'a b'::tsvector", pa.string(), "'a' 'b'"),
        ("null::int4", pa.int32(), None),
        ("null::uuid[]", pa.list_(pa.string()), None),
    ],
)
def test_types(url: str, sql: str, kind: pa.DataType, value: object) -> None:
    table = rows(url, f"SELECT {sql if ' FROM ' in sql else sql + ' AS a'}")
    assert table.schema.types == [kind]
    assert table.column(0).to_pylist() == [value]


def test_types_of_a_schemas_own(url: str, server: psycopg.Connection) -> None:
    server.execute("CREATE TYPE mood AS ENUM ('ok', 'sad'); CREATE TYPE pair AS (x int, y text)")
    table = rows(url, "SELECT 'ok'::mood AS m, array['sad'::mood] AS l, row(1, 'q')::pair AS p")
    assert table.to_pylist() == [{"m": "ok", "l": ["sad"], "p": "(1,q)"}]


def test_nan_is_no_missing_value(url: str) -> None:
    table = rows(url, "SELECT 'NaN'::float8 AS a, 'NaN'::numeric AS b UNION ALL SELECT NULL, NULL")
    for name in ("a", "b"):
        nan, missing = table.column(name).to_pylist()
        assert math.isnan(nan)
        assert missing is None


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        ("9007199254740993::numeric", "9007199254740993, which a double cannot hold"),
        ("array[9007199254740993::numeric]", "9007199254740993, which a double cannot hold"),
        ("'NaN'::numeric(5,2)", "is no decimal128"),
        ("'infinity'::timestamp", "holds infinity"),
        ("'-infinity'::timestamptz", "holds infinity"),
        ("'infinity'::date", "holds infinity"),
        ("array['-infinity'::date]", "holds infinity"),
        ("array[[1, 2], [3, 4]]", "arrays of 2 dimensions"),
        ("1 AS a, 2", "appears 2 times"),
        ("1 / 0", "division by zero"),
        ("1 / (a - 1) FROM generate_series(2, 200000) AS g(a) WHERE 1 / (a - 200000) < 1; --", "syntax error"),
    ],
)
def test_no_silent_wrong_value(url: str, sql: str, what: str) -> None:
    error = failure(url, f"SELECT {sql} AS a")
    assert what in error.what
    assert error.fix


def test_a_query_that_fails_after_rows_were_given(url: str) -> None:
    reader = PostgresSource(url, query="SELECT 1 / (500000 - a) AS a FROM generate_series(1, 500000) AS g(a)").read()
    with pytest.raises(DataError, match="division by zero"):
        for _ in reader:
            pass


def test_batches_are_bounded_and_in_order(url: str) -> None:
    batches = list(
        PostgresSource(url, query="SELECT a, repeat('x', 100) AS t FROM generate_series(1, 200000) AS g(a)").read()
    )
    assert max(batch.nbytes for batch in batches) < 16 << 20
    assert pa.Table.from_batches(batches).column("a").to_pylist() == list(range(1, 200001))


def test_no_rows(url: str) -> None:
    table = rows(url, "SELECT 1 AS a WHERE false")
    assert table.num_rows == 0
    assert table.schema.names == ["a"]


def test_a_table_by_its_name(url: str, server: psycopg.Connection) -> None:
    server.execute('CREATE TABLE "Odd trips" (id int); INSERT INTO "Odd trips" VALUES (7)')
    found = open_source(f"{url}&table=Odd%20trips")
    assert Dataset.from_source(found).to_arrow().to_pylist() == [{"id": 7}]
    assert found.fingerprint() == ""


def test_the_closest_table(url: str, server: psycopg.Connection) -> None:
    server.execute("CREATE TABLE trips (id int)")
    error = failure(url, table="trip")
    assert "there is no table 'trip'; did you mean 'trips'?" in error.what
    assert "did you mean 'trips'?" in failure(url, "SELECT * FROM trisp").what
    assert "trips.id" in failure(url, "SELECT idd FROM trips").fix


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM trips",
        "SELECT 1; DELETE FROM trips",
        "WITH gone AS (DELETE FROM trips RETURNING id) SELECT * FROM gone",
        "SELECT 1) AS q; DELETE FROM trips; --",
        "SELECT nextval('counter')",
        "SELECT * FROM trips FOR UPDATE",
        "EXPLAIN SELECT 1",
        "",
    ],
)
def test_nothing_is_changed(url: str, server: psycopg.Connection, query: str) -> None:
    server.execute("CREATE TABLE trips (id int); INSERT INTO trips VALUES (1); CREATE SEQUENCE IF NOT EXISTS counter")
    assert failure(url, query).fix
    assert server.execute("SELECT count(*) FROM trips").fetchone() == (1,)


def test_a_comment_at_the_end(url: str) -> None:
    assert rows(url, "SELECT 1 AS a -- one").to_pylist() == [{"a": 1}]


def test_another_zone_of_the_session_changes_nothing(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGTZ", "Asia/Tokyo")
    query = "SELECT timestamptz '2020-01-01 00:00+00' AS a, timestamptz '2020-01-01 00:00+00'::text AS b"
    assert rows(url, query).column("b").to_pylist() == ["2020-01-01 00:00:00+00"]


def test_wrong_password(url: str, server: psycopg.Connection) -> None:
    password = "s3cret" + secrets.token_hex(4)
    wrong = url.replace("postgres:@", f"nobody:{password}@")
    source = PostgresSource(wrong, table="trips")
    error = failure(wrong, table="trips")
    assert "cannot be opened" in error.what
    assert "correct user and password" in error.fix
    assert password not in f"{error}{source!r}{source.uri}{error.__cause__}"


@pytest.mark.parametrize(
    ("uri", "what", "fix"),
    [
        ("postgresql://a:s3cret@127.0.0.1:1/city", "refused", "start the server"),
        ("postgresql://a:s3cret@[bad/city", "IPv6", "write it as postgresql://"),
        ("postgresql://127.0.0.1:1/city?password=s3cret&odd=1", 'invalid URI query parameter: "odd"', "write it as"),
    ],
)
def test_a_server_that_is_not_there(uri: str, what: str, fix: str) -> None:
    error = failure(uri, table="trips")
    assert what in error.what
    assert fix in error.fix
    assert "s3cret" not in str(error)


def test_a_database_that_is_not_there(url: str) -> None:
    error = failure(url.replace("/postgres?", "/nowhere?"), table="trips")
    assert 'database "nowhere" does not exist' in error.what
    assert "createdb" in error.fix


def test_fingerprint_needs_a_key() -> None:
    uri = "postgresql://ann:one@db/city"
    assert PostgresSource(uri, table="trips").fingerprint() == ""
    first = PostgresSource(uri, table="trips", key="monday").fingerprint()
    assert first == PostgresSource("postgresql://ann:two@db/city", table="trips", key="monday").fingerprint()
    assert first != PostgresSource(uri, table="trips", key="tuesday").fingerprint()
    assert first != PostgresSource(uri, query="SELECT * FROM trips", key="monday").fingerprint()
