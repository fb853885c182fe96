from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bigquery_service import Service, bigquery_service

from penstock.core.error import DataError
from penstock.ml.data.sink import write_bigquery
from penstock.ml.data.source.bigquery_type import bigquery_fields

pytest.importorskip("google.cloud.bigquery", reason="pip install 'penstock[bigquery]'")

URI = "bigquery://my-project/city"


@pytest.fixture
def service() -> Iterator[Service]:
    with bigquery_service() as found:
        yield found


def test_rows_arrive_as_parquet(service: Service) -> None:
    table = pa.table({"a": [1, 2], "tags": [["x"], []], "at": [dt.datetime(2020, 1, 2, tzinfo=dt.UTC), None]})
    assert write_bigquery(table, URI, table="trips", api_endpoint=service.endpoint) == 2
    (load,) = service.loads
    assert load["destinationTable"] == {"projectId": "my-project", "datasetId": "city", "tableId": "trips"}
    assert load["writeDisposition"] == "WRITE_EMPTY"
    assert load["sourceFormat"] == "PARQUET"
    assert load["parquetOptions"]["enableListInference"] is True
    assert [(field["name"], field["type"], field["mode"]) for field in load["schema"]["fields"]] == [
        ("a", "INT64", "NULLABLE"),
        ("tags", "STRING", "REPEATED"),
        ("at", "TIMESTAMP", "NULLABLE"),
    ]
    assert pq.read_table(io.BytesIO(service.loaded)).to_pylist() == table.to_pylist()


@pytest.mark.parametrize(("mode", "disposition"), [("append", "WRITE_APPEND"), ("replace", "WRITE_TRUNCATE")])
def test_modes(service: Service, mode: str, disposition: str) -> None:
    write_bigquery(pa.table({"a": [1]}), URI, table="trips", mode=mode, api_endpoint=service.endpoint)
    assert service.loads[0]["writeDisposition"] == disposition


def test_an_unknown_mode() -> None:
    with pytest.raises(DataError, match="did you mean 'append'"):
        write_bigquery(pa.table({"a": [1]}), URI, table="trips", mode="apend")


def test_what_the_service_refuses(service: Service) -> None:
    service.error = (403, "accessDenied", "Access Denied: Dataset city")
    with pytest.raises(DataError, match="Access Denied") as caught:
        write_bigquery(pa.table({"a": [1]}), URI, table="trips", api_endpoint=service.endpoint)
    assert caught.value.where == f"{URI}: table trips"


def test_types() -> None:
    fields = bigquery_fields(
        pa.schema(
            [
                ("i", pa.int32()),
                ("f", pa.float32()),
                ("b", pa.bool_()),
                ("s", pa.string()),
                ("y", pa.binary()),
                ("n", pa.decimal128(38, 9)),
                ("g", pa.decimal128(38, 10)),
                ("d", pa.date32()),
                ("t", pa.time64("us")),
                ("local", pa.timestamp("us")),
                ("instant", pa.timestamp("us", "UTC")),
                ("nothing", pa.null()),
                ("r", pa.struct([("x", pa.list_(pa.int64()))])),
            ]
        ),
        where="here",
    )
    assert {field["name"]: field["type"] for field in fields} == {
        "i": "INT64",
        "f": "FLOAT64",
        "b": "BOOL",
        "s": "STRING",
        "y": "BYTES",
        "n": "NUMERIC",
        "g": "BIGNUMERIC",
        "d": "DATE",
        "t": "TIME",
        "local": "DATETIME",
        "instant": "TIMESTAMP",
        "nothing": "STRING",
        "r": "STRUCT",
    }
    assert fields[-1]["fields"] == [{"name": "x", "type": "INT64", "mode": "REPEATED"}]


@pytest.mark.parametrize(
    "kind",
    [
        pa.uint64(),
        pa.timestamp("ns"),
        pa.list_(pa.list_(pa.int64())),
        pa.map_(pa.string(), pa.int64()),
        pa.month_day_nano_interval(),
        pa.decimal256(76, 0),
    ],
)
def test_types_without_a_place(kind: pa.DataType) -> None:
    with pytest.raises(DataError, match="which BigQuery has no type for"):
        bigquery_fields(pa.schema([("a", kind)]), where="here")


@pytest.mark.parametrize("names", [["a", "A"], ["a.b"], [""], ["x" * 301]])
def test_names_without_a_place(names: list[str]) -> None:
    with pytest.raises(DataError) as caught:
        bigquery_fields(pa.schema([(name, pa.int64()) for name in names]), where="here")
    assert "rename" in caught.value.fix


def test_decimals_keep_their_digits(service: Service) -> None:
    table = pa.table({"n": pa.array([Decimal("1.5")], pa.decimal128(20, 4))})
    write_bigquery(table, URI, table="trips", api_endpoint=service.endpoint)
    assert pq.read_table(io.BytesIO(service.loaded)).column("n").to_pylist() == [Decimal("1.5000")]
