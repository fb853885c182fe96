from __future__ import annotations

import gzip
import json
import random
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tf_examples import example, field, record, write_tfrecord

from penstock.core.error import DataError
from penstock.ml.data.source import open_source, tfrecord_frame
from penstock.ml.data.source.tfrecord import TfRecordSource


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.tfrecord"


@pytest.fixture
def golden(repository: Path) -> Path:
    return repository / "tests" / "golden" / "tfrecord"


def read(path: Path, rows: list[dict[str, Any]] | None = None, **options: bool) -> pa.Table:
    if rows is not None:
        write_tfrecord(path, rows)
    return TfRecordSource(str(path), **options).read().read_all()


def failure(path: Path, content: bytes) -> DataError:
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        read(path)
    assert str(path) in caught.value.where
    assert caught.value.fix
    return caught.value


class TestWrittenByTensorFlow:
    def expected(self, golden: Path) -> list[dict[str, Any]]:
        rows = json.loads((golden / "rows.json").read_text())
        for row in rows:
            for name in ("id", "fare", "name", "image"):
                row[name] = row[name][0] if row[name] else None
            row["image"] = row["image"].encode("latin-1")
            row["fare"] = None if row["fare"] is None else float(np.float32(row["fare"]))
        found: list[dict[str, Any]] = rows
        return found

    @pytest.mark.parametrize("name", ["plain.tfrecord", "zipped.tfrecord.gz", "shards.tfrecord-*"])
    def test_rows(self, golden: Path, name: str) -> None:
        source = open_source(str(golden / name))
        assert isinstance(source, TfRecordSource)
        table = source.read().read_all()
        assert table.to_pylist() == self.expected(golden)
        assert dict(zip(table.schema.names, map(str, table.schema.types), strict=True)) == {
            "fare": "float",
            "id": "int64",
            "image": "binary",
            "name": "string",
            "scores": "list<item: float>",
            "tags": "list<item: string>",
        }

    def test_lists_where_asked(self, golden: Path) -> None:
        table = read(golden / "plain.tfrecord", scalars=False)
        assert table["name"].to_pylist()[:2] == [["Ann"], ["Zoë"]]
        assert table["fare"].to_pylist()[2] is None


def test_packed_or_one_by_one(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [{"i": [1, -1, 300], "f": [0.5, 2.0], "b": [b"x", b""]}, {"i": [], "b": [b"y"]}]
    write_tfrecord(tmp_path / "packed.tfrecord", rows)
    write_tfrecord(tmp_path / "single.tfrecord", rows, packed=False)
    assert read(tmp_path / "packed.tfrecord").equals(read(tmp_path / "single.tfrecord"))


def test_scalar_only_where_every_list_has_one_value(path: Path) -> None:
    table = read(
        path,
        [
            {"one": [1], "gap": [1], "unset": None, "empty": [0.5], "two": [1]},
            {"one": [2], "unset": None, "empty": [], "two": [1, 2]},
        ],
    )
    assert table.to_pylist() == [
        {"one": 1, "gap": 1, "unset": None, "empty": [0.5], "two": [1]},
        {"one": 2, "gap": None, "unset": None, "empty": [], "two": [1, 2]},
    ]


def test_text_only_where_all_values_of_all_files_are_utf8(tmp_path: Path) -> None:
    write_tfrecord(tmp_path / "1.tfrecord", [{"a": ["é".encode()], "b": [b"x"]}])
    write_tfrecord(tmp_path / "2.tfrecord", [{"a": [b"y"], "b": [b"\xff"]}])
    assert read(tmp_path).to_pylist() == [{"a": "é", "b": b"x"}, {"a": "y", "b": b"\xff"}]
    half = "é".encode()
    write_tfrecord(tmp_path / "2.tfrecord", [{"a": [half[:1], half[1:]], "b": [b"x"]}])
    assert read(tmp_path).schema.field("a").type == pa.list_(pa.binary()), "two halves are no text"


def test_the_last_of_equal_names_counts(path: Path) -> None:
    entries = [field(1, field(1, b"a") + field(2, field(3, field(1, bytes([n]))))) for n in (1, 2)]
    path.write_bytes(record(field(1, b"".join(entries))) + record(field(1, entries[0])))
    assert read(path)["a"].to_pylist() == [2, 1]


def test_empty_records_and_files(tmp_path: Path) -> None:
    (tmp_path / "0.tfrecord").write_bytes(b"")
    (tmp_path / "1.tfrecord").write_bytes(record(b"") + record(example({"a": [1]})) + record(example({})))
    assert read(tmp_path)["a"].to_pylist() == [None, 1, None]
    assert "no record with a feature" in failure(tmp_path / "0.tfrecord", b"").what
    assert "no record with a feature" in failure(tmp_path / "0.tfrecord", record(b"")).what


def test_an_empty_list_fits_any_type(path: Path) -> None:
    assert read(path, [{"a": [], "e": []}, {"a": [1]}]).to_pylist() == [
        {"a": [], "e": []},
        {"a": [1], "e": None},
    ]
    assert str(read(path).schema.field("e").type) == "list<item: float>"


def test_many_blocks(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tfrecord_frame, "_BLOCK_BYTES", 100)
    rows = [{"n": [n], "b": [b"x" * (n % 400)]} for n in range(200)]
    table = read(path, rows)
    assert table["n"].to_pylist() == list(range(200))
    assert table["b"].to_pylist() == ["x" * (n % 400) for n in range(200)]
    content = bytearray(path.read_bytes())
    content[-10] ^= 1
    assert "record 200 is damaged" in failure(path, bytes(content)).what


def test_a_record_of_ten_megabytes(path: Path) -> None:
    image = bytes(range(256)) * 40_000
    table = read(path, [{"i": [image]}, {"i": [b"x"]}])
    assert table["i"].to_pylist() == [image, b"x"]


GOOD = record(example({"a": [1, 300], "b": [0.5], "c": [b"xy"]}))


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (GOOD + GOOD[:-1], "cut off within record 2"),
        (GOOD + GOOD[:5], "cut off within record 2"),
        (GOOD[:20], "cut off within record 1"),
        (GOOD + GOOD[:-20] + b"!" + GOOD[-19:], "record 2 is damaged: the checksum of its content"),
        (GOOD + b"\x01" + GOOD[1:], "record 2 is damaged: the checksum of its length"),
        (GOOD + b"\xff" * 16, "record 2 is damaged: the checksum of its length"),
        (gzip.compress(GOOD * 100)[:-9], "gzip file is damaged or cut off"),
        (b"a,b\n1,2\n" * 10, "not TFRecord"),
        (b"PAR1" + bytes(100), "not TFRecord, but a Parquet file"),
        (GOOD + record(b"plain text"), "record 2 is no tf.Example"),
        (GOOD + record(field(1, b"") + field(2, b"")), "tf.SequenceExample"),
        (GOOD + record(field(9, b"x")), "record 2 is no tf.Example: it has no features"),
        (GOOD + record(example({"a": [0.5]})), "record 2 is no tf.Example: a feature has values of two types"),
        (GOOD + record(field(1, field(1, field(1, b"\xff")))), "is no UTF-8 text"),
        (
            GOOD + record(field(1, field(1, field(1, b"a") + field(2, field(3, field(1, b"\x80")))))),
            "a list of numbers is cut off",
        ),
        (
            GOOD + record(field(1, field(1, field(1, b"b") + field(2, field(2, field(1, b"\x80")))))),
            "a list of floats is cut off",
        ),
        (
            GOOD + record(field(1, field(1, field(1, b"a") + field(2, field(3, field(1, b"\xff" * 11 + b"\0")))))),
            "a number is too long",
        ),
        (record(example({"": [1]})), "empty name"),
        (record(example({"a": [1], "A": [1]})), "'A' and 'a'"),
    ],
)
def test_bad_files(path: Path, content: bytes, what: str) -> None:
    assert what in failure(path, content).what


def test_types_that_differ_between_blocks_and_files(tmp_path: Path) -> None:
    write_tfrecord(tmp_path / "1.tfrecord", [{"a": [1]}])
    write_tfrecord(tmp_path / "2.tfrecord", [{"a": [0.5]}])
    with pytest.raises(DataError, match="feature 'a' has floats, but int64 in") as caught:
        read(tmp_path)
    assert caught.value.where.endswith("2.tfrecord, records 1 to 1")


def test_mixed_features_in_a_folder(tmp_path: Path) -> None:
    write_tfrecord(tmp_path / "1.tfrecord", [{"a": [1]}])
    write_tfrecord(tmp_path / "2.tfrecord", [{"b": [1]}])
    with pytest.raises(DataError, match="lacks a and adds b"):
        read(tmp_path)
    assert read(tmp_path, union_by_name=True).to_pylist() == [{"a": 1, "b": None}, {"a": None, "b": 1}]


def test_damage_within_good_checksums_is_rows_or_an_error(path: Path) -> None:
    chance = random.Random(1)
    good = example({"a": [1, 300], "b": [0.5], "c": [b"xy"], "d": None})
    for _ in range(1000):
        damaged = bytearray(good)
        for _ in range(chance.choice([1, 2, 5])):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        path.write_bytes(record(good) + record(bytes(damaged)))
        with suppress(DataError):
            read(path)


def test_each_flipped_bit_is_noticed(path: Path) -> None:
    for index in range(len(GOOD)):
        damaged = bytearray(GOOD)
        damaged[index] ^= 1 << index % 8
        failure(path, bytes(damaged))


rows_of_lists = st.fixed_dictionaries(
    {
        "i": st.none() | st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=4),
        "f": st.none() | st.lists(st.floats(width=32, allow_nan=False), max_size=4),
        "b": st.none() | st.lists(st.binary(max_size=200), min_size=1, max_size=4),
    }
)


@given(st.lists(rows_of_lists, min_size=1, max_size=20), st.booleans())
def test_what_is_written_comes_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]], packed: bool
) -> None:
    path = tmp_path_factory.mktemp("tf") / "a.tfrecord"
    write_tfrecord(path, rows, packed=packed)
    found = read(path, scalars=False).to_pylist()
    for row, back in zip(rows, found, strict=True):
        texts = [text.encode() if isinstance(text, str) else text for text in back["b"] or []]
        assert (row["b"] or []) == texts
        assert row["i"] == back["i"]
        assert row["f"] == back["f"]
