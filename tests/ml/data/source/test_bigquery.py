from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
import sqlglot
from bigquery_service import Service, bigquery_service

from penstock.core.error import DataError
from penstock.ml.data import open_source
from penstock.ml.data.source.bigquery import BigQuerySource

pytest.importorskip("google.cloud.bigquery", reason="pip install 'penstock[bigquery]'")

URI = "bigquery://my-project/city"


@pytest.fixture
def service() -> Iterator[Service]:
    with bigquery_service() as found:
        found.fields = [column("a", "INTEGER")]
        found.rows = [["1"], ["2"], ["3"]]
        yield found


def column(name: str, kind: str, mode: str = "NULLABLE", **more: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "mode": mode, **more}


def source(service: Service, **options: str) -> BigQuerySource:
    return BigQuerySource(URI, api_endpoint=service.endpoint, **options)


def failure(service: Service, **options: str) -> DataError:
    with pytest.raises(DataError) as caught:
        source(service, **options).read().read_all()
    return caught.value


def test_all_types(service: Service) -> None:
    service.fields = [
        column("i", "INTEGER"),
        column("f", "FLOAT"),
        column("b", "BOOLEAN"),
        column("s", "STRING"),
        column("y", "BYTES"),
        column("n", "NUMERIC"),
        column("n2", "NUMERIC", precision="5", scale="2"),
        column("g", "BIGNUMERIC"),
        column("g2", "BIGNUMERIC", precision="38", scale="20"),
        column("d", "DATE"),
        column("t", "TIME"),
        column("dt", "DATETIME"),
        column("ts", "TIMESTAMP"),
        column("geo", "GEOGRAPHY"),
        column("j", "JSON"),
        column("l", "INTEGER", "REPEATED"),
        column("r", "RECORD", fields=[column("x", "INTEGER"), column("y", "STRING", "REPEATED")]),
    ]
    row = ["7", "NaN", "true", "x", "AP8=", "1.5", "1.25", "2.5", "0.1", "2020-01-02", "10:00:01.500000"]
    row += ["2020-01-02T03:04:05.000006", "1577934245000006", "POINT(1 2)", '{"a": 1}', [{"v": "1"}, {"v": "2"}]]
    row.append({"f": [{"v": "5"}, {"v": [{"v": "q"}]}]})
    service.rows = [row, [None] * 15 + [[], None]]
    table = source(service, table="trips").read().read_all()
    assert {field.name: str(field.type) for field in table.schema} == {
        "i": "int64",
        "f": "double",
        "b": "bool",
        "s": "string",
        "y": "binary",
        "n": "decimal128(38, 9)",
        "n2": "decimal128(5, 2)",
        "g": "double",
        "g2": "decimal128(38, 20)",
        "d": "date32[day]",
        "t": "time64[us]",
        "dt": "timestamp[us]",
        "ts": "timestamp[us, tz=UTC]",
        "geo": "string",
        "j": "string",
        "l": "list<item: int64>",
        "r": "struct<x: int64, y: list<item: string>>",
    }
    first, second = table.to_pylist()
    assert math.isnan(first.pop("f"))
    assert first == {
        "i": 7,
        "b": True,
        "s": "x",
        "y": b"\x00\xff",
        "n": Decimal("1.500000000"),
        "n2": Decimal("1.25"),
        "g": 2.5,
        "g2": Decimal("0.10000000000000000000"),
        "d": dt.date(2020, 1, 2),
        "t": dt.time(10, 0, 1, 500000),
        "dt": dt.datetime(2020, 1, 2, 3, 4, 5, 6),
        "ts": dt.datetime(2020, 1, 2, 3, 4, 5, 6, tzinfo=dt.UTC),
        "geo": "POINT(1 2)",
        "j": '{"a": 1}',
        "l": [1, 2],
        "r": {"x": 5, "y": ["q"]},
    }
    assert second.pop("l") == []
    assert set(second.values()) == {None}


def test_pages_are_read_one_after_the_other(service: Service) -> None:
    batches = list(source(service, table="trips").read())
    assert [batch.num_rows for batch in batches] == [2, 1]
    assert service.queries[0]["dryRun"] is True
    assert [query["query"]["query"] for query in service.queries] == ["SELECT * FROM `my-project.city.trips`"] * 2
    assert service.queries[1]["query"]["defaultDataset"] == {"projectId": "my-project", "datasetId": "city"}


def test_a_table_of_another_dataset_and_project(service: Service) -> None:
    source(service, table="other.trips").read()
    source(service, table="public-data.taxi.trips").read()
    asked = [query["query"]["query"] for query in service.queries]
    assert asked == ["SELECT * FROM `my-project.other.trips`", "SELECT * FROM `public-data.taxi.trips`"]


def test_intervals_come_as_text(service: Service) -> None:
    service.fields = [column("a", "INTEGER"), column("for", "INTERVAL")]
    reader = source(service, query="SELECT a, `for` FROM trips -- all;").read()
    assert reader.schema.field("for").type == pa.string()
    service.fields[1]["type"] = "STRING"
    service.rows = [["1", "0-0 1 0:0:0"]]
    assert reader.read_all().column("for").to_pylist() == ["0-0 1 0:0:0"]
    asked = service.queries[-1]["query"]["query"]
    assert asked.startswith("SELECT * REPLACE (CAST(`for` AS STRING) AS `for`) FROM (")
    sqlglot.parse_one(asked, read="bigquery")


def test_a_range_is_a_struct(service: Service) -> None:
    service.fields = [column("r", "RANGE", rangeElementType={"type": "DATE"})]
    service.rows = [["[2020-01-02, UNBOUNDED)"], [None]]
    table = source(service, table="trips").read().read_all()
    assert table.schema.field("r").type == pa.struct([("start", pa.date32()), ("end", pa.date32())])
    assert table.column("r").to_pylist() == [{"start": dt.date(2020, 1, 2), "end": None}, None]


@pytest.mark.parametrize(
    "kind",
    [
        {"kind": "INTERVAL", "mode": "REPEATED"},
        {"kind": "RECORD", "fields": [column("x", "INTERVAL")]},
        {"kind": "FUTURE"},
    ],
)
def test_types_without_a_place(service: Service, kind: dict[str, Any]) -> None:
    service.fields = [column("a", **kind)]
    error = failure(service, table="trips")
    assert "which Arrow has no type for" in error.what
    assert "CAST" in error.fix


def test_a_big_number_that_a_double_cannot_hold(service: Service) -> None:
    service.fields = [column("a", "BIGNUMERIC")]
    service.rows = [["12345678901234567890123"]]
    assert "12345678901234567890123" in failure(service, table="trips").what


def test_columns_of_one_name(service: Service) -> None:
    service.fields = [column("a", "INTEGER"), column("a", "INTEGER")]
    assert "appears 2 times" in failure(service, query="SELECT 1 AS a, 2 AS a").what


def test_only_a_select_is_run(service: Service) -> None:
    service.statement_type = "DELETE"
    error = failure(service, query="DELETE FROM trips WHERE TRUE")
    assert "DELETE, no SELECT" in error.what
    assert [query["dryRun"] for query in service.queries] == [True]


@pytest.mark.parametrize(
    ("code", "reason", "message", "what", "fix"),
    [
        (404, "notFound", "Not found: Table my-project:city.trip was not found", "did you mean 'trips'?", "name a"),
        (404, "notFound", "Not found: Dataset my-project:cty was not found", "Dataset", "project and dataset"),
        (400, "invalidQuery", "Syntax error: Unexpected end of script at [1:7]", "Syntax error", "one SELECT"),
        (403, "accessDenied", "Access Denied: Table city.trips", "Access Denied", "BigQuery Data Viewer"),
        (401, "authError", "Invalid Credentials", "no access", "log in"),
    ],
)
def test_what_the_service_refuses(service: Service, code: int, reason: str, message: str, what: str, fix: str) -> None:
    service.error = (code, reason, message)
    service.tables = ["trips", "zones"]
    error = failure(service, table="trip")
    assert what in error.what
    assert fix in error.fix
    assert error.where == f"{URI}: table trip"


def test_fingerprint_needs_a_key() -> None:
    assert BigQuerySource(URI, table="trips").fingerprint() == ""
    first = BigQuerySource(URI, table="trips", key="2020-01").fingerprint()
    assert first == BigQuerySource(URI, table="trips", key="2020-01").fingerprint()
    assert first != BigQuerySource(URI, table="trips", key="2020-02").fingerprint()
    assert first != BigQuerySource(URI, table="zones", key="2020-01").fingerprint()


def test_found_by_its_url(service: Service) -> None:
    found = open_source(URI + "?table=trips", api_endpoint=service.endpoint)
    assert isinstance(found, BigQuerySource)
    assert repr(found) == f"bigquery {URI}: table trips"


def test_an_url_without_a_project() -> None:
    with pytest.raises(DataError, match="names no project"):
        BigQuerySource("bigquery://", table="trips")


def test_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere/key.json")
    with pytest.raises(DataError, match="no credentials") as caught:
        BigQuerySource(URI, table="trips").read()
    assert "gcloud auth" in caught.value.fix
