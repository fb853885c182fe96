from __future__ import annotations

import datetime as dt
import io
import random
import sys
import uuid
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from penstock.core.error import DataError, MissingDependencyError
from penstock.ml.data.source.avro import AvroSource

fastavro = pytest.importorskip("fastavro", reason="no Avro: pip install 'penstock[avro]'")

UTC = dt.UTC
LONG = {"n": "long"}


def encoded(fields: dict[str, Any], rows: list[dict[str, Any]], codec: str = "deflate") -> bytes:
    schema = {
        "type": "record",
        "name": "Row",
        "namespace": "a.b",
        "fields": [{"name": name, "type": kind} for name, kind in fields.items()],
    }
    file = io.BytesIO()
    fastavro.writer(file, schema, rows, codec, sync_marker=b"0" * 16)
    return file.getvalue()


def read(path: Path, **options: bool) -> pa.Table:
    return AvroSource(str(path), **options).read().read_all()


def failure(path: Path, content: bytes | None = None) -> DataError:
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        read(path)
    assert caught.value.fix
    return caught.value


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.avro"


ENUM = {"type": "enum", "name": "Colour", "symbols": ["RED", "BLUE"]}
FIXED = {"type": "fixed", "name": "Four", "size": 4}
UUID = {"type": "string", "logicalType": "uuid"}
DATE = {"type": "int", "logicalType": "date"}
MICROS = {"type": "long", "logicalType": "timestamp-micros"}
DECIMAL = {"type": "bytes", "logicalType": "decimal", "precision": 10, "scale": 2}
INNER = {
    "type": "record",
    "name": "Inner",
    "fields": [{"name": "id", "type": UUID}, {"name": "on", "type": ["null", DATE]}],
}


@pytest.mark.parametrize(
    ("kind", "expected", "written", "back"),
    [
        ("boolean", pa.bool_(), [True], [True]),
        ("int", pa.int32(), [-1], [-1]),
        ("long", pa.int64(), [2**62], [2**62]),
        ("float", pa.float32(), [0.5], [0.5]),
        ("double", pa.float64(), [0.1, float("inf")], [0.1, float("inf")]),
        ("bytes", pa.binary(), [b"\xff"], [b"\xff"]),
        ("string", pa.string(), ["é"], ["é"]),
        ("null", pa.null(), [None], [None]),
        (["null"], pa.null(), [None], [None]),
        (["null", "string"], pa.string(), ["x", None], ["x", None]),
        (["long", "null"], pa.int64(), [1, None], [1, None]),
        (["int", "null", "long"], pa.int64(), [1, None, 2**40], [1, None, 2**40]),
        (["null", "int", "double"], pa.float64(), [1, 0.5], [1.0, 0.5]),
        (ENUM, pa.string(), ["BLUE"], ["BLUE"]),
        (FIXED, pa.binary(4), [b"abcd"], [b"abcd"]),
        ({"type": "array", "items": ["null", "long"]}, pa.list_(pa.int64()), [[1, None], []], [[1, None], []]),
        (
            {"type": "map", "values": UUID},
            pa.map_(pa.string(), pa.string()),
            [{"k": uuid.UUID(int=1)}],
            [[("k", str(uuid.UUID(int=1)))]],
        ),
        ({"type": "array", "items": UUID}, pa.list_(pa.string()), [[uuid.UUID(int=1)]], [[str(uuid.UUID(int=1))]]),
        (
            ["null", INNER],
            pa.struct([("id", pa.string()), ("on", pa.date32())]),
            [{"id": uuid.UUID(int=1), "on": dt.date(2026, 11, 20)}, None],
            [{"id": str(uuid.UUID(int=1)), "on": dt.date(2026, 11, 20)}, None],
        ),
        (DATE, pa.date32(), [dt.date(1, 1, 1)], [dt.date(1, 1, 1)]),
        (
            {"type": "int", "logicalType": "time-millis"},
            pa.time32("ms"),
            [dt.time(1, 2, 3, 4000)],
            [dt.time(1, 2, 3, 4000)],
        ),
        ({"type": "long", "logicalType": "time-micros"}, pa.time64("us"), [dt.time(1, 2, 3, 4)], [dt.time(1, 2, 3, 4)]),
        (
            MICROS,
            pa.timestamp("us", "UTC"),
            [dt.datetime(2026, 1, 1, tzinfo=UTC)],
            [dt.datetime(2026, 1, 1, tzinfo=UTC)],
        ),
        (
            {"type": "long", "logicalType": "local-timestamp-millis"},
            pa.timestamp("ms"),
            [dt.datetime(2026, 1, 1)],
            [dt.datetime(2026, 1, 1)],
        ),
        (DECIMAL, pa.decimal128(10, 2), [Decimal("-1.25")], [Decimal("-1.25")]),
        ({"type": "long", "logicalType": "unheard-of"}, pa.int64(), [5], [5]),
    ],
)
def test_types(path: Path, kind: Any, expected: pa.DataType, written: list[Any], back: list[Any]) -> None:
    path.write_bytes(encoded({"n": kind}, [{"n": value} for value in written]))
    table = read(path)
    assert table.schema.field("n").type == expected
    assert table["n"].to_pylist() == back


def test_a_type_used_twice(path: Path) -> None:
    path.write_bytes(encoded({"one": ENUM, "two": ["null", "Colour"]}, [{"one": "RED", "two": "BLUE"}]))
    assert read(path).to_pylist() == [{"one": "RED", "two": "BLUE"}]


def test_blocks_become_batches(path: Path) -> None:
    path.write_bytes(encoded(LONG, [{"n": i} for i in range(20_000)]))
    batches = list(AvroSource(str(path)).read())
    assert len(batches) > 2
    assert sum(batch.num_rows for batch in batches) == 20_000


@pytest.mark.parametrize("kind", [["string", "long"], ["null", "long", "double"], ["null", INNER, "string"]])
def test_unions_of_several_types(path: Path, kind: list[Any]) -> None:
    path.write_bytes(encoded({"n": kind}, []))
    assert "'n' is a union of" in failure(path).what


def test_a_type_that_contains_itself(path: Path) -> None:
    tree = {"type": "record", "name": "Tree", "fields": [{"name": "next", "type": ["null", "Tree"]}]}
    path.write_bytes(encoded({"n": tree}, [{"n": {"next": None}}]))
    assert "contains itself" in failure(path).what


def test_rows_that_are_no_records(path: Path) -> None:
    file = io.BytesIO()
    fastavro.writer(file, "long", [1, 2])
    assert "of type long, not records" in failure(path, file.getvalue()).what


@pytest.mark.parametrize(("content", "what"), [(b"", "empty"), (b"a,b\n", "something else"), (b"PAR1", "Parquet")])
def test_something_else(path: Path, content: bytes, what: str) -> None:
    assert what in failure(path, content).what


def test_cut_off(path: Path) -> None:
    whole = encoded(LONG, [{"n": i} for i in range(20_000)])
    error = failure(path, whole[: len(whole) - 5])
    assert "cannot be read" in error.what
    assert ", after row " in error.where
    assert "cannot be read" in failure(path, whole[:40]).what


def test_damage_is_rows_or_an_error(path: Path) -> None:
    chance = random.Random(1)
    whole = encoded(
        {"n": "long", "s": ["null", "string"], "e": ENUM}, [{"n": i, "s": "x", "e": "RED"} for i in range(20)]
    )
    for _ in range(500):
        damaged = bytearray(whole)
        for _ in range(3):
            damaged[chance.randrange(4, len(damaged))] = chance.randrange(256)
        path.write_bytes(bytes(damaged))
        with suppress(DataError):
            read(path)


def test_mixed_schemas(tmp_path: Path) -> None:
    (tmp_path / "1.avro").write_bytes(encoded({"a": "int"}, [{"a": 1}]))
    (tmp_path / "2.avro").write_bytes(encoded({"b": "string", "a": "long"}, [{"a": 2**40, "b": "x"}]))
    assert "adds b" in failure(tmp_path).what
    assert read(tmp_path, union_by_name=True).to_pylist() == [{"a": 1, "b": None}, {"a": 2**40, "b": "x"}]


def test_without_fastavro(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(encoded(LONG, []))
    monkeypatch.setitem(sys.modules, "fastavro", None)
    with pytest.raises(MissingDependencyError, match="fastavro"):
        read(path)
