from __future__ import annotations

import datetime as dt
import gzip
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.core.error import DataError
from penstock.ml.data.source.json_shape import MAX_KEYS
from penstock.ml.data.source.jsonl import JsonLinesSource

UTC = dt.UTC


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.jsonl"


def read(path: Path, *lines: str, **options: Any) -> pa.Table:
    if lines:
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return JsonLinesSource(str(path), **options).read().read_all()


def failure(path: Path, *lines: str, **options: Any) -> DataError:
    with pytest.raises(DataError) as caught:
        read(path, *lines, **options)
    assert str(path.parent) in caught.value.where
    assert caught.value.fix
    return caught.value


def column(path: Path, *values: str, **options: Any) -> tuple[str, list[Any]]:
    """Type and values of a column whose values are written so."""
    table = read(path, *(f'{{"a": {value}}}' for value in values), **options)
    return str(table.schema.field("a").type), table["a"].to_pylist()


def test_types_come_from_all_lines(path: Path) -> None:
    rows = [{"whole": i, "real": i, "text": "x", "flag": True, "late": i, "none": None} for i in range(20_000)]
    rows.append({"whole": -1, "real": 0.5, "text": "é", "flag": None, "late": "x", "new": [1]})  # type: ignore[dict-item]
    table = read(path, *map(json.dumps, rows))
    assert dict(zip(table.schema.names, map(str, table.schema.types), strict=True)) == {
        "whole": "int64",
        "real": "double",
        "text": "string",
        "flag": "bool",
        "late": "string",
        "none": "string",
        "new": "list<item: int64>",
    }
    assert table["whole"].to_pylist() == [*range(20_000), -1], "in order"
    assert table["late"].to_pylist()[-2:] == ["19999", "x"]
    assert table["new"].null_count == 20_000


def test_nested_values(path: Path) -> None:
    table = read(path, '{"o": {"x": 1, "y": {"z": ["a"]}}}', '{"o": {"y": {"z": [], "w": 0.5}}}', '{"o": null}')
    assert table.schema.field("o").type == pa.struct(
        [("x", pa.int64()), ("y", pa.struct([("z", pa.list_(pa.string())), ("w", pa.float64())]))]
    )
    assert table["o"].to_pylist() == [
        {"x": 1, "y": {"z": ["a"], "w": None}},
        {"x": None, "y": {"z": [], "w": 0.5}},
        None,
    ]


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        (["1", "9223372036854775807"], "int64", [1, 2**63 - 1]),
        (["1", "9223372036854775808"], "decimal128(38, 0)", [Decimal(1), Decimal(2**63)]),
        (["1", "9" * 39], "string", ["1", "9" * 39]),
        (["9007199254740993", "0.5"], "string", ["9007199254740993", "0.5"]),
        (["9007199254740992", "0.5"], "double", [float(2**53), 0.5]),
        (["1.10", '"x"', "true", "7"], "string", ["1.10", "x", "true", "7"]),
        (["true", "1"], "string", ["true", "1"]),
        (["NaN", "-Infinity", "1"], "double", [pytest.approx(float("nan"), nan_ok=True), float("-inf"), 1.0]),
        (["{}", "{}"], "string", ["{}", "{}"]),
        (["[]"], "list<item: string>", [[]]),
        (["[1, null, 2.5]"], "list<item: double>", [[1.0, None, 2.5]]),
        (['[1, "x"]'], "list<item: string>", [["1", "x"]]),
        (['"007"', '"8"'], "string", ["007", "8"]),
        (["null"], "string", [None]),
    ],
)
def test_the_narrowest_type_that_loses_nothing(path: Path, values: list[str], kind: str, expected: list[Any]) -> None:
    assert column(path, *values) == (kind, expected)


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        (["2026-11-20"], "date32[day]", [dt.date(2026, 11, 20)]),
        (
            ["2026-11-20", "2026-11-20T10:00"],
            "timestamp[us]",
            [dt.datetime(2026, 11, 20), dt.datetime(2026, 11, 20, 10)],
        ),
        (
            ["2026-11-20 10:00:00.5Z", "2026-11-20T10:00+02:00"],
            "timestamp[us, tz=UTC]",
            [dt.datetime(2026, 11, 20, 10, 0, 0, 500_000, UTC), dt.datetime(2026, 11, 20, 8, tzinfo=UTC)],
        ),
        (["2026-11-20T10:00Z", "2026-11-20T10:00"], "string", None),
        (["2026-02-30"], "string", None),
        (["0000-01-01"], "string", None),
        (["20.11.2026"], "string", None),
        (["2026-11-20T10:00:00.1234567"], "string", None),
        (["2026-11-20", "later"], "string", None),
    ],
)
def test_dates_and_times(path: Path, values: list[str], kind: str, expected: list[Any] | None) -> None:
    assert column(path, *(f'"{value}"' for value in values)) == (kind, expected or values)
    nested = read(path, *(f'{{"a": [{{"b": "{value}"}}]}}' for value in values))
    assert nested["a"].to_pylist() == [[{"b": value}] for value in expected or values]


def test_types_can_be_given(path: Path) -> None:
    lines = ('{"zip": "00501", "o": {"b": [1, 2.50]}, "x": 1.10}', '{"zip": "7", "o": null, "x": "a\\nb"}')
    types = {"zip": "INTEGER", "o": "VARCHAR", "x": "VARCHAR"}
    assert read(path, *lines, types=types).to_pylist() == [
        {"zip": 501, "o": '{"b": [1, 2.50]}', "x": "1.10"},
        {"zip": 7, "o": None, "x": "a\nb"},
    ]
    assert column(path, '{"k": 1}', '{"l": 2}', types={"a": "MAP(VARCHAR, BIGINT)"})[1] == [[("k", 1)], [("l", 2)]]
    assert column(path, '{"b": "5"}', types={"a": "STRUCT(b BIGINT)"})[1] == [{"b": 5}]
    assert column(path, "1", '{"b": 2}', '"x"', types={"a": "VARCHAR"})[1] == ["1", '{"b": 2}', "x"]


@pytest.mark.parametrize(
    ("value", "kind"), [('"x"', "BIGINT"), ("1.5", "BIGINT"), ('"2026-02-30"', "DATE"), ("[1]", "DOUBLE")]
)
def test_a_type_that_does_not_fit_names_the_line(path: Path, value: str, kind: str) -> None:
    error = failure(path, "", '{"a": null}', f'{{"a": {value}}}', types={"a": kind})
    assert f"which is no {kind}" in error.what
    assert error.where == f"{path}, line 3"


@pytest.mark.parametrize(
    ("lines", "what", "line"),
    [
        (['{"a": 1}', "{'a': 1}"], "is not JSON", 2),
        (['{"a": 1}', '{"a": 1'], "is not JSON", 2),
        (['{"a": 1} {"a": 2}'], "is not JSON", 1),
        (["", "[1]"], "holds an array", 2),
        (["null"], "holds null", 1),
        (["[", '{"a": 1}', "]"], "is not JSON", 1),
        (['{"a": 1e400}'], "out of the range of doubles", 1),
        (['{"a": "\\ud83d"}'], "is not JSON", 1),
        (['{"a": 1, "a": 2}'], "the key 'a' stands there twice", 1),
        (['{"b": ":", "o": {"a" : 1, "a": 2}}'], "the key 'a' stands there twice", 1),
        (['{"a": 1}', "{}", '{"a": [1]}'], "'a' is a number in line 1 and an array in line 3", 3),
        (['{"o": {"a": {"b": 1}}}', '{"o": {"a": "x"}}'], "'o.a' is an object in line 1 and a text in line 2", 2),
        (['{"a": ' * 100 + "1" + "}" * 100], "nested more than 64 deep", 1),
        (['{"a": ' * 9000 + "1" + "}" * 9000], "is not JSON", 1),
        ([json.dumps({f"k{i}": 1 for i in range(MAX_KEYS + 1)})], "different keys", 1),
    ],
)
def test_bad_lines(path: Path, lines: list[str], what: str, line: int) -> None:
    error = failure(path, *lines)
    assert what in error.what
    assert error.where == f"{path}, line {line}"


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "no object"),
        (b"\n \n", "no object"),
        (b"{}\n", "no object"),
        (b'{"a": "\xff"}\n', "utf-8"),
        (b'{"": 1}\n', "empty name"),
        (b'{"a": 1, "A": 2}\n', "'a' and 'A'"),
        (b'{"o": {"a": 1, "A": 2}}\n', "'o' has the keys 'a' and 'A'"),
        (b"PAR1....", "a Parquet file"),
        (b"\xff\xfe{\x00", "UTF-16"),
        (gzip.compress(b'{"a": 1}\n' * 1000)[:-12], "cut off"),
    ],
)
def test_bad_files(path: Path, content: bytes, what: str) -> None:
    path.write_bytes(content)
    assert what in failure(path).what


def test_what_is_fine(path: Path) -> None:
    path.write_bytes(b'\xef\xbb\xbf{"a": "x:\\":"}\r\n\r\n{"a" : "y"}')
    assert read(path)["a"].to_pylist() == ['x:":', "y"]
    path.write_bytes(gzip.compress(b'{"a": 1}\n'))
    assert read(path)["a"].to_pylist() == [1], "gzipped without its ending"


def test_without_lines_types_name_the_columns(path: Path) -> None:
    path.write_text("")
    table = read(path, types={"a": "BIGINT", "b": "VARCHAR"})
    assert table.num_rows == 0
    assert table.schema == pa.schema([("a", pa.int64()), ("b", pa.string())])


def test_large_values_and_many_columns(path: Path) -> None:
    text = "x" * (10 << 20)
    assert column(path, json.dumps(text), "1")[1] == [text, "1"]
    wide = {f"k{i}": i for i in range(5000)}
    assert read(path, json.dumps(wide)).to_pylist() == [wide]


class TestFolder:
    def folder(self, tmp_path: Path, *files: str) -> Path:
        for index, content in enumerate(files):
            (tmp_path / f"{index}.jsonl").write_text(content)
        return tmp_path

    def test_types_are_those_of_all_files(self, tmp_path: Path) -> None:
        folder = self.folder(tmp_path, '{"a": 1, "b": 1}\n', "", '{"b": 2, "a": 0.5}\n', '{"a": "x", "b": null}\n')
        assert read(folder).to_pylist() == [{"a": "1", "b": 1}, {"a": "0.5", "b": 2}, {"a": "x", "b": None}]

    def test_mixed_schemas(self, tmp_path: Path) -> None:
        folder = self.folder(tmp_path, '{"a": 1}\n', '{"a": 2, "b": 1}\n')
        error = failure(folder)
        assert "adds b" in error.what
        assert error.where.endswith("1.jsonl")
        assert read(folder, union_by_name=True).to_pylist() == [{"a": 1, "b": None}, {"a": 2, "b": 1}]

    def test_kinds_that_do_not_mix(self, tmp_path: Path) -> None:
        error = failure(self.folder(tmp_path, '{"a": 1}\n', '\n{"a": {"b": 1}}\n'))
        assert error.where.endswith("1.jsonl, line 2")


scalars = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5)


@given(st.lists(st.fixed_dictionaries({"a": scalars, "b": scalars, "c": st.lists(scalars, max_size=3)}), min_size=1))
def test_nothing_is_lost(tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]]) -> None:
    """Each value comes back, or its JSON text where the column mixes kinds."""
    path = tmp_path_factory.mktemp("json") / "a.jsonl"
    found = read(path, *(json.dumps(row) for row in rows)).to_pylist()
    for row, back in zip(rows, found, strict=True):
        for name in "ab":
            assert same(row[name], back[name])
        assert all(map(same, row["c"], back["c"]))


def same(value: Any, back: Any) -> bool:
    if isinstance(back, str) and not isinstance(value, str):
        return json.dumps(value) == back
    return type(value) is type(back) and bool(value == back)
