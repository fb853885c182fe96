from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from unprivileged import unprivileged_folder

from penstock.core.error import DataError
from penstock.ml.data import Dataset, open_source
from penstock.ml.data.parquet import write_parquet

ROWS = 200_000


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("numbers")
    table = pa.table({"n": range(ROWS), "half": [i / 2 for i in range(ROWS)], "s": [f"s{i % 3}" for i in range(ROWS)]})
    write_parquet(table.slice(0, 150_000), folder / "1.parquet")
    write_parquet(table.slice(150_000), folder / "2.parquet")
    return Dataset(folder)


def test_facts_come_from_the_footers(numbers: Dataset) -> None:
    assert numbers.num_rows == ROWS
    assert numbers.schema == pa.schema([("n", pa.int64()), ("half", pa.float64()), ("s", pa.string())])
    assert repr(numbers).endswith("numbers0 (2 files))")


def test_scan_gives_batches_in_order_and_only_the_asked_columns(numbers: Dataset) -> None:
    batches = list(numbers.scan(columns=["s", "n"], batch_rows=1000))
    assert max(batch.num_rows for batch in batches) <= 1000
    assert batches[0].schema.names == ["s", "n"]
    assert [n for batch in batches for n in batch.column("n").to_pylist()] == list(range(ROWS))


def test_scan_names_the_closest_column(numbers: Dataset) -> None:
    with pytest.raises(DataError, match="no column 'hafl'; did you mean 'half'"):
        numbers.scan(columns=["hafl"])


def test_sql_is_lazy_and_stacks(numbers: Dataset) -> None:
    even = numbers.sql("select n, s from this where n % 2 = 0")
    top = even.sql("select s, count(*) as count, max(n) as n from this group by s order by n desc")
    assert top.sql("select n + 1 as n from this").to_arrow()["n"].to_pylist() == [199_999, 199_997, 199_995]
    assert even.num_rows == ROWS // 2
    assert top.schema.names == ["s", "count", "n"]
    assert top.num_rows == 3
    assert top.to_arrow() == top.to_arrow(), "it can be read again"


def test_sql_keeps_the_order_of_the_rows_and_its_own(numbers: Dataset) -> None:
    assert numbers.sql("select n from this").to_arrow()["n"].to_pylist() == list(range(ROWS))
    backwards = numbers.sql("select n from this order by n desc").to_arrow()["n"].to_pylist()
    assert backwards == list(range(ROWS))[::-1]


def test_sql_with_common_table_expressions(numbers: Dataset) -> None:
    query = "with small as (select * from this where n < 5) select sum(n)::bigint as total from small"
    assert numbers.sql(query).to_arrow()["total"].to_pylist() == [10]


@pytest.mark.parametrize(
    ("query", "what"),
    [
        ("drop table this", "does not select"),
        ("select 1; select 2", "2 statements"),
        ("selec n from this", "syntax error"),
        ("", "0 statements"),
    ],
)
def test_sql_takes_one_select(numbers: Dataset, query: str, what: str) -> None:
    with pytest.raises(DataError, match=what):
        numbers.sql(query)


def test_sql_that_fails_says_what_and_offers_columns(numbers: Dataset) -> None:
    with pytest.raises(DataError, match="hafl") as caught:
        _ = numbers.sql("select hafl from this").num_rows
    assert "half" in caught.value.fix
    assert caught.value.where == "sql: select hafl from this"
    with pytest.raises(DataError, match="Could not convert string 's"):
        numbers.sql("select s::int from this").to_arrow()


def test_sql_does_not_see_python_variables(numbers: Dataset) -> None:
    hidden = pa.table({"a": [1]})
    with pytest.raises(DataError, match="hidden"):
        _ = numbers.sql("select * from hidden").num_rows
    assert hidden.num_rows == 1


def test_other_libraries_take_it_as_a_stream(numbers: Dataset) -> None:
    import polars as pl

    assert pl.DataFrame(numbers).height == ROWS
    assert pa.RecordBatchReader.from_stream(numbers).schema == numbers.schema
    assert numbers.to_pandas()["n"].sum() == sum(range(ROWS))


def test_preview_is_short_and_escaped(tmp_path: Path) -> None:
    write_parquet(pa.table({"<a>": ["<script>" + "x" * 100] * 50, "b": [None] * 50}), tmp_path / "a.parquet")
    html = Dataset(tmp_path)._repr_html_()
    assert "<script>" not in html
    assert html.count("<tr>") == 11
    assert len(re.findall("x{60,}", html)) == 10


def test_preview_without_rows(tmp_path: Path) -> None:
    write_parquet(pa.table({"a": pa.array([], pa.int64())}), tmp_path / "a.parquet")
    assert "the first 0 rows" in Dataset(tmp_path)._repr_html_()


def test_there_is_nothing(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no Parquet file"):
        Dataset(tmp_path)
    with pytest.raises(DataError, match="no such file"):
        Dataset(tmp_path / "a.parquet")


def test_a_truncated_file_is_told(tmp_path: Path, numbers: Dataset) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"n": range(100_000)}), path)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(DataError, match="cannot be read") as caught:
        _ = Dataset(path).num_rows
    assert caught.value.where == str(path)


def test_damaged_pages_are_told_while_streaming(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    write_parquet(pa.table({"n": range(100_000)}), path)
    content = bytearray(path.read_bytes())
    content[1000:3000] = b"\x00" * 2000
    path.write_bytes(content)
    with pytest.raises(DataError, match="cannot be read"):
        Dataset(path).to_arrow()


def test_over_a_source_every_reading_opens_it_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,x\n2,y\n")
    data = Dataset.from_source(open_source(str(path)))
    assert data.num_rows == 2
    assert data.sql("select sum(a)::bigint as a from this").to_arrow()["a"].to_pylist() == [3]
    assert [batch.num_rows for batch in data.scan(columns=["b"], batch_rows=1)] == [1, 1]
    path.write_text("a,b\n1,x\n")
    assert data.to_arrow().num_rows == 1


def test_a_file_of_other_columns_in_the_folder(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1], "b": ["x"]}), tmp_path / "1.parquet")
    pq.write_table(pa.table({"a": ["1"], "b": ["x"]}), tmp_path / "2.parquet")
    with pytest.raises(DataError, match=r"'a' is string, but int64 in 1\.parquet") as caught:
        Dataset(tmp_path).to_arrow()
    assert caught.value.where.endswith("2.parquet")
    pq.write_table(pa.table({"b": ["x"]}), tmp_path / "2.parquet")
    with pytest.raises(DataError, match="'a' is not there"):
        Dataset(tmp_path).to_arrow()
    assert Dataset(tmp_path).scan(columns=["b"]).read_all().num_rows == 2


def test_a_query_reaches_nothing_but_the_data(tmp_path: Path) -> None:
    for name in ("a", "b"):
        pq.write_table(pa.table({"a": [1]}), tmp_path / f"{name}.parquet")
    data = Dataset(tmp_path / "a.parquet")
    with pytest.raises(DataError):
        data.sql(f"select * from '{tmp_path}/b.parquet'").to_arrow()
    before = (tmp_path / "a.parquet").read_bytes()
    overwrite = f"copy (select 2 as a) to '{tmp_path}/a.parquet' (format parquet, use_tmp_file false)"
    with pytest.raises(DataError, match="also writes"):
        data.sql(f"with x as ({overwrite}) select * from x")
    assert (tmp_path / "a.parquet").read_bytes() == before


def test_days_beyond_pythons_years_are_shown(tmp_path: Path) -> None:
    pq.write_table(pa.table({"day": pa.array([2**31 - 1], pa.date32())}), tmp_path / "a.parquet")
    assert "2147483647 (date32[day])" in Dataset(tmp_path / "a.parquet")._repr_html_()


def test_a_folder_that_may_not_be_listed() -> None:
    with unprivileged_folder() as parent:
        folder = parent / "closed"
        folder.mkdir(mode=0o300)
        with pytest.raises(DataError, match="no permission"):
            Dataset(folder)


def test_files_that_may_not_be_read() -> None:
    with unprivileged_folder() as folder:
        (folder / "a.csv").write_text("n\n1\n")
        (folder / "a.csv").chmod(0)
        with pytest.raises(DataError, match="not permitted"):
            open_source(str(folder / "a.csv")).read()
        folder.chmod(0)
        with pytest.raises(DataError, match="not permitted"):
            open_source(str(folder))


def test_decimals_that_a_query_would_round_are_refused(tmp_path: Path) -> None:
    wide = pa.table({"exact": pa.array([Decimal("1.5")], pa.decimal256(50, 2))})
    pq.write_table(wide, tmp_path / "wide.parquet")
    assert Dataset(tmp_path / "wide.parquet").to_arrow() == wide
    with pytest.raises(DataError, match="'exact' is decimal256"):
        Dataset(tmp_path / "wide.parquet").sql("select exact * 2 as double from this").to_arrow()
