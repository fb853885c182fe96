from __future__ import annotations

import datetime as dt
import gzip
import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from penstock.core.error import DataError
from penstock.ml.data.source.csv import CsvSource
from penstock.ml.data.source.csv_type import _CHUNK_BYTES

ROWS = 50_000


def read(path: Path, content: str | bytes | None = None, **options: dict[str, str]) -> pa.Table:
    if content is not None:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return CsvSource(str(path), **options).read().read_all()


def failure(path: Path, content: str | bytes | None = None, **options: dict[str, str]) -> DataError:
    with pytest.raises(DataError) as caught:
        read(path, content, **options)
    assert str(path.parent) in caught.value.where
    assert caught.value.fix
    return caught.value


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.csv"


def test_types_come_from_all_rows(path: Path) -> None:
    rows = ["whole,real,late,text,flag,day,at,none"]
    rows += [f"{i},{i}.5,{i},t{i},{i % 2 == 0},2024-01-01,2024-01-01 10:00:00," for i in range(ROWS)]
    rows.append("7,nan,x,,,,2024-01-01T10:00:00.5,")
    table = read(path, "\n".join(rows) + "\n")
    types = dict(zip(table.schema.names, map(str, table.schema.types), strict=True))
    assert types == {
        "whole": "int64",
        "real": "double",
        "late": "string",
        "text": "string",
        "flag": "bool",
        "day": "date32[day]",
        "at": "timestamp[us]",
        "none": "string",
    }
    assert table["whole"].to_pylist() == [*range(ROWS), 7], "in order"
    assert table.slice(ROWS).to_pylist()[0]["at"] == dt.datetime(2024, 1, 1, 10, 0, 0, 500_000)
    assert table["text"].null_count == 1


def test_types_can_be_given(path: Path) -> None:
    table = read(path, "zip,n\n01234,1\n", types={"zip": "VARCHAR"})
    assert table.to_pylist() == [{"zip": "01234", "n": 1}]


def test_a_type_that_does_not_fit_names_line_and_value(path: Path) -> None:
    error = failure(path, "a,b\n1,2\n2,x\n", types={"b": "BIGINT"})
    assert error.what == "column 'b' holds 'x', which is no BIGINT"
    assert error.where.endswith("a.csv, line 3")


def test_unknown_columns_and_types_of_types(path: Path) -> None:
    assert "'fare'" in failure(path, "fare\n1\n", types={"fair": "DOUBLE"}).what
    assert "is no type" in failure(path, "fare\n1\n", types={"fare": "REALLY"}).what
    assert "no type of Arrow" in failure(path, "fare\n1\n", types={"fare": "BIGNUM"}).what


def test_dates_in_other_forms_stay_text(path: Path) -> None:
    table = read(path, "a,b\n13/02/2020,2020-02-13\n01/02/2020,2020-02-14\n")
    assert table["a"].to_pylist() == ["13/02/2020", "01/02/2020"]


@pytest.mark.parametrize("odd", ["13/02/2020 10:00:00", "13/02/2020", "20-01-02", "inf"])
def test_a_column_of_odd_dates_leaves_the_others_alone(path: Path, odd: str) -> None:
    row = f"{odd},2020-01-01,2020-01-01 10:00:00,2020-01-01T10:00+02:00,{odd}"
    table = read(path, f"odd,day,at,zoned,last\n{row}\n{row}\n")
    assert table.to_pylist()[0] == {
        "odd": odd,
        "day": dt.date(2020, 1, 1),
        "at": dt.datetime(2020, 1, 1, 10),
        "zoned": dt.datetime(2020, 1, 1, 8, tzinfo=dt.UTC),
        "last": odd,
    }


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["2020-01-01 10:00", "2020-01-01T10:00:00.5"], "timestamp[us]"),
        (["2020-01-01 10:00:00", "2020-01-01 10:00:00Z"], "timestamp[us, tz=UTC]"),
        (["2020-01-01", "12020-01-01"], "string"),
        (["2020-01-01", "infinity"], "string"),
        (["2020/01/01", "2020/02/01"], "string"),
        (["2020-1-1", "2020-01-02"], "string"),
        (["2020-02-30"], "string"),
    ],
)
def test_dates_and_timestamps_are_in_iso_form(path: Path, values: list[str], kind: str) -> None:
    table = read(path, "\n".join(["a", *values]) + "\n")
    assert str(table["a"].type) == kind
    assert table.to_pandas().shape == (len(values), 1)


@pytest.mark.parametrize(
    "value", ["0x10", "0XFF", "0xdeadbeefdeadbeefdead", "0b101", "0B1", "-007", "-00.5", "00501", "00.5", "+5", " 0x1"]
)
@pytest.mark.parametrize("other", ["", "7", "7.5"])
def test_codes_are_no_numbers(path: Path, value: str, other: str) -> None:
    table = read(path, f"a,n\n{other},-0\n{value},0.5\n,-0.25\n")
    assert table["a"].to_pylist() == [other or None, value, None]
    assert table["n"].to_pylist() == [0.0, 0.5, -0.25]


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_code_between_two_chunks_is_found(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    start = b"a,b\n" + b"1234567,1\n" * 800_000
    content = start + b" " * (_CHUNK_BYTES - 1 - len(start)) + b"-07,1\n"
    path = tmp_path / ("a.csv" if pack is bytes else "a.csv.gz")
    assert str(read(path, pack(content))["a"].type) == "string"


@pytest.mark.parametrize("digits", [39, 40, 1000])
@pytest.mark.parametrize("sign", ["", "-"])
def test_whole_numbers_of_too_many_digits_are_identifiers(path: Path, digits: int, sign: str) -> None:
    value = sign + "1" * digits
    table = read(path, f"id,largest\n{value},{'9' * 38}\n1,1\n")
    assert table["id"].to_pylist() == [value, "1"]
    assert table["largest"].to_pylist() == [Decimal("9" * 38), 1]


def test_large_whole_numbers_stay_exact(path: Path) -> None:
    assert read(path, "id\n18446744073709551617\n1\n")["id"].to_pylist() == [Decimal(2**64 + 1), Decimal(1)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(path: Path, delimiter: str) -> None:
    table = read(path, f"a{delimiter}b\n1{delimiter}x\n")
    assert table.to_pylist() == [{"a": 1, "b": "x"}]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_quotes_and_byte_order_mark(path: Path, end: str) -> None:
    content = "\ufeff" + end.join(["a,b", '1,"x,""y"""', '2,"two', 'lines"', ""])
    assert read(path, content).to_pylist() == [{"a": 1, "b": 'x,"y"'}, {"a": 2, "b": f"two{end}lines"}]


def test_quoted_header_over_two_lines(path: Path) -> None:
    assert read(path, '"a\nb",c\n1,2\n').schema.names == ["a\nb", "c"]


def test_a_header_alone_is_a_table_without_rows(path: Path) -> None:
    table = read(path, "a,b\n")
    assert (table.num_rows, table.schema.names) == (0, ["a", "b"])


def test_columns_without_a_name_are_numbered(path: Path) -> None:
    assert read(path, ",a,\n0,1,2\n").schema.names == ["column0", "a", "column2"]


@pytest.mark.parametrize("content", ["", "\n\n", "  \n"])
def test_an_empty_file(path: Path, content: str) -> None:
    assert "empty" in failure(path, content).what


@pytest.mark.parametrize("rows", [2, 100_000])
def test_a_ragged_row_is_named_by_its_line(path: Path, rows: int) -> None:
    lines = ["a,b", *["1,x"] * rows, "1", *["1,x"] * rows]
    error = failure(path, "\n".join(lines) + "\n")
    assert error.what == "the line has 1 field, the header has 2"
    assert error.where == f"{path}, line {rows + 2}"


def test_too_many_fields(path: Path) -> None:
    assert failure(path, "a,b\n1,2,3\n").what == "the line has 3 fields, the header has 2"


def test_a_quote_that_is_never_closed(path: Path) -> None:
    error = failure(path, 'a,b\n1,"x\n2,y\n')
    assert "never closed" in error.what
    assert error.where.endswith("line 2")


def test_mixed_line_ends(path: Path) -> None:
    assert "RFC 4180" in failure(path, "a,b\r\n1,2\n3,4\r\n").what


@pytest.mark.parametrize("before", [0, 3_000_000])
def test_bytes_that_are_no_utf8_are_named_by_offset_and_line(path: Path, before: int) -> None:
    start = b"a,b\n" + b"1,ab\xc3\xa9\n" * (before // 7)
    error = failure(path, start + b"2,caf\xe9\n")
    assert error.what == f"byte 0xe9 at offset {len(start) + 5} is not UTF-8 text"
    assert error.where == f"{path}, line {2 + before // 7}"
    assert "iconv" in error.fix


def test_a_header_that_is_no_utf8(path: Path) -> None:
    assert "offset 3" in failure(path, b"caf\xe9,b\n1,2\n").what


def parquet_bytes() -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table({"a": [1]}), sink)
    return sink.getvalue()


@pytest.mark.parametrize(
    ("content", "what", "fix"),
    [
        (parquet_bytes(), "a Parquet file", "format='parquet'"),
        (gzip.compress(b"a,b\n1,2\n"), "gzip-compressed", ".csv.gz"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01", "a JPEG image", "CSV"),
        ("a,b\n1,2\n".encode("utf-16"), "UTF-16 text", "iconv"),
        (b"PK\x03\x04....", "a zip archive", "CSV"),
        (b"\x00\x01\x02\x03\n\x00", "zero bytes", "header"),
    ],
)
def test_a_file_that_is_something_else(path: Path, content: bytes, what: str, fix: str) -> None:
    error = failure(path, content)
    assert what in error.what
    assert fix in error.fix


def test_gzip_that_is_none_or_damaged(tmp_path: Path) -> None:
    assert "not gzip-compressed" in failure(tmp_path / "a.csv.gz", "a\n1\n").what
    assert "damaged" in failure(tmp_path / "b.csv.gz", gzip.compress(b"a,b\n" * 9)[:15]).what


def test_repeated_names(path: Path) -> None:
    assert failure(path, "a,b,A\n1,2,3\n").what == "columns 1 and 3 are called 'a' and 'A'"


def test_ten_thousand_columns(path: Path) -> None:
    names = [f"c{i}" for i in range(10_000)]
    content = "\n".join([",".join(names), *(",".join(str(i * row) for i in range(10_000)) for row in range(5))])
    table = read(path, content + "\n")
    assert table.shape == (5, 10_000)
    assert table["c9999"].to_pylist() == [0, 9999, 19998, 29997, 39996]


def test_a_cell_of_ten_megabytes(path: Path) -> None:
    assert len(read(path, "a,b\n1," + "x" * 10_000_000 + "\n")["b"][0].as_py()) == 10_000_000


def test_a_line_that_is_too_long(path: Path) -> None:
    assert "longer than" in failure(path, "a,b\n1," + "x" * (17 << 20) + "\n").what


@pytest.mark.parametrize("name", ["with blank.csv", "ünï ☃ it's.csv", "glob[1]*?.csv", "a{1,2}.csv"])
def test_names_that_mean_something_elsewhere(tmp_path: Path, name: str) -> None:
    read(tmp_path / "glob1x.csv", "a\n9\n")
    assert read(tmp_path / name, "a\n1\n")["a"].to_pylist() == [1]


class TestFolder:
    def folder(self, tmp_path: Path, **contents: str) -> Path:
        for name, content in contents.items():
            (tmp_path / f"{name}.csv").write_text(content)
        return tmp_path

    def test_types_are_those_of_all_files(self, tmp_path: Path) -> None:
        folder = self.folder(
            tmp_path, a="n,m,e,d\n1,1,,2024-01-01\n", b="n,m,e,d\n2.5,x,5,2024-01-01 10:00:00\n", c="n,m,e,d\n"
        )
        table = read(folder)
        assert table.to_pylist() == [
            {"n": 1.0, "m": "1", "e": None, "d": dt.datetime(2024, 1, 1)},
            {"n": 2.5, "m": "x", "e": 5, "d": dt.datetime(2024, 1, 1, 10)},
        ]

    @pytest.mark.parametrize(
        ("second", "what"),
        [("a\n1\n", "lacks b"), ("a,b,c\n1,2,3\n", "adds c"), ("b,a\n1,2\n", "orders them otherwise")],
    )
    def test_another_header(self, tmp_path: Path, second: str, what: str) -> None:
        folder = self.folder(tmp_path, one="a,b\n1,2\n", two=second)
        with pytest.raises(DataError, match=what) as caught:
            read(folder)
        assert caught.value.where.endswith("two.csv")
        assert "one.csv" in caught.value.what

    def test_an_error_names_the_file(self, tmp_path: Path) -> None:
        folder = self.folder(tmp_path, one="a,b\n1,2\n", two="a,b\n1\n")
        with pytest.raises(DataError) as caught:
            read(folder)
        assert caught.value.where.endswith("two.csv, line 2")

    def test_union_by_name(self, tmp_path: Path) -> None:
        folder = self.folder(tmp_path, one="a,b\n1,x\n", two="c,b,a\n2024-01-01,y,2.5\n", three="b\n")
        table = CsvSource(str(folder), union_by_name=True).read().read_all()
        assert table.to_pylist() == [
            {"b": "x", "a": 1.0, "c": None},
            {"b": "y", "a": 2.5, "c": dt.date(2024, 1, 1)},
        ]
        (folder / "four.csv").write_text("A\n1\n")
        with pytest.raises(DataError, match="are called"):
            CsvSource(str(folder), union_by_name=True).read()


def test_gzip_cut_off_behind_the_header(tmp_path: Path) -> None:
    text = "".join(f"{number},{number * 7919}\n" for number in range(ROWS))
    whole = gzip.compress(f"a,b\n{text}".encode())
    for size in (len(whole) // 2, len(whole) - 4):
        assert "damaged or cut off" in failure(tmp_path / "a.csv.gz", whole[:size]).what


def test_values_of_several_kinds_in_one_column_are_text(path: Path) -> None:
    table = read(path, "a\n1\n2.50\ntrue\n2024-01-01\nx\n")
    assert table["a"].to_pylist() == ["1", "2.50", "true", "2024-01-01", "x"]


def test_a_header_with_line_breaks_and_quotes_in_names(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('"a""b","c.d","e\nf",😀\n1,2,3,4\n')
    found = CsvSource(str(path)).read().read_all()
    assert found.to_pylist() == [{'a"b': 1, "c.d": 2, "e\nf": 3, "😀": 4}]


def test_a_line_longer_than_the_buffer(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("x,y\n" + "z" * 40_000_000 + ",1\n")
    with pytest.raises(DataError, match="longer than 16 MiB"):
        CsvSource(str(path)).read().read_all()


def test_numbers_beyond_the_largest_double_stay_text(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"a,b,c,d\n1e400,inf,1e300,{'9' * 310}.5\n1.5,-Infinity,2,1\n")
    table = CsvSource(str(path)).read().read_all()
    assert [str(kind) for kind in table.schema.types] == ["string", "string", "double", "string"]
    assert table.column("a").to_pylist() == ["1e400", "1.5"]
