from __future__ import annotations

import tempfile
from pathlib import Path

import duckdb
import pytest

from penstock.core.error import DataError
from penstock.ml.data.connection import (
    check_expression,
    check_select,
    confine,
    connect,
    file_list,
    quote_name,
    quote_text,
    shorten,
    sql_error,
)


def test_settings_do_not_come_from_the_machine() -> None:
    names = ("TimeZone", "preserve_insertion_order", "python_enable_replacements", "memory_limit")
    found = connect().execute(f"select {', '.join(f'''current_setting('{name}')''' for name in names)}").fetchall()
    assert found == [("UTC", True, False, "1.0 GiB")]


def test_what_does_not_fit_is_spilled_and_the_folder_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    connection = connect()
    connection.execute("set memory_limit = '50MB'; set threads = 1")
    connection.execute("create table t as select i, md5(i::varchar) as s from range(2_000_000) r(i)")
    assert connection.execute("select s from t order by s limit 1 offset 1_999_999").fetchall()
    assert [path.name.startswith("penstock-duckdb-") for path in tmp_path.iterdir()] == [True]
    connection.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["plain", 'a "quoted" one', "it's", "ünï ☃; drop table x"])
def test_names_and_texts_are_quoted(text: str) -> None:
    answer = connect().execute(f"select {quote_text(text)} as {quote_name(text)}")
    assert answer.fetchall() == [(text,)]
    assert answer.description is not None
    assert answer.description[0][0] == text


def test_patterns_are_plain_names(tmp_path: Path) -> None:
    assert file_list([tmp_path / "a[1]*.csv"]) == [f"{tmp_path}/a[[]1][*].csv"]


def test_selects_and_others() -> None:
    for query in ("select 1", "from this", "with a as (select 1) select * from a", "select 1;"):
        check_select(query)
    for query in ("create table a (b int)", "copy this to 'x.csv'", "attach 'x.db'", "set threads = 1"):
        with pytest.raises(DataError, match="does not select"):
            check_select(query)


def test_shorten() -> None:
    assert shorten("a\n  b") == "a b"
    assert len(shorten("x" * 500)) == 120


@pytest.mark.parametrize(
    "query",
    [
        "with x as (copy (select 1) to 'x.csv') select * from x",
        "with x as (insert into t values (1) returning *) select * from x",
        "WITH x AS (SELECT 1), y AS (DELETE FROM t RETURNING *) SELECT * FROM y",
    ],
)
def test_a_select_that_writes_is_none(query: str) -> None:
    with pytest.raises(DataError, match="also writes"):
        check_select(query)


def test_words_of_writing_are_no_writing() -> None:
    check_select(
        """with x as (select 'copy "type":"COPY_QUERY_NODE"' as "update", 1 as insert) select "update" from x"""
    )


@pytest.mark.parametrize(
    "text", ["a, b", "a) from this where (b", "a; drop table x", "a from this", "select a", "a >", "", "a order by a"]
)
def test_what_is_no_expression(text: str) -> None:
    with pytest.raises(DataError) as caught:
        check_expression(text, "a check")
    assert caught.value.where == "a check"


def test_expressions() -> None:
    for text in ("a > 1", 'tips > 0.2 * "a b"', "case when a then b end", "(select 1)", "a in (1, 2) -- why"):
        check_expression(text, "a check")


def test_a_confined_connection_reads_its_files_alone(tmp_path: Path) -> None:
    mine, other = tmp_path / "a[1]*.parquet", tmp_path / "b.parquet"
    for path in (mine, other):
        connect().execute(f"copy (select 1 as a) to {quote_text(str(path))} (format parquet)")
    connection = connect()
    rows = connection.read_parquet(file_list([mine]))
    confine(connection, [mine])
    assert rows.query("this", "select a from this").fetchall() == [(1,)]
    out = tmp_path / "out"
    out.mkdir()
    for query in (
        f"select * from {quote_text(str(other))}",
        f"select * from read_text({quote_text(str(other))})",
        f"select * from glob('{tmp_path}/*')",
        f"copy (select 1) to '{out}/a.csv'",
        f"attach '{out}/a.db'",
        f"select * from enable_logging(storage='file', storage_config={{'path': '{out}'}})",
        f"select * from enable_profiling(save_location='{out}/a.txt')",
        "select * from read_csv('http://127.0.0.1:9/a.csv')",
        "install httpfs",
        "set enable_external_access = true",
        "set memory_limit = '9GB'",
    ):
        with pytest.raises(duckdb.Error):
            connection.execute(query)
    assert list(out.iterdir()) == []


def test_failures_inside_of_duckdb_are_told_without_its_stack() -> None:
    error = duckdb.InternalException('INTERNAL Error: no "place" for it\nStack Trace:\n/a/b.so(+0x1) [0x2]\n')
    found = sql_error(error, "here")
    assert (found.what, "Stack" in str(found)) == ('no "place" for it', False)


@pytest.mark.parametrize(
    "text",
    ["random() < 0.5", "day < CURRENT_DATE", "exists(select now())", "uuid() = id", "nextval('s') > 1", "age(day) > d"],
)
def test_an_expression_that_gives_something_else_each_time_is_refused(text: str) -> None:
    with pytest.raises(DataError, match="each time it runs"):
        check_expression(text, "here")


@pytest.mark.parametrize("text", ["age(day, other) > d", "trip.current_date = day", "x > 1 -- now()", "'now()' = s"])
def test_an_expression_over_the_row_alone(text: str) -> None:
    check_expression(text, "here")


@pytest.mark.parametrize(
    ("told", "fix"),
    [
        ("Not implemented Error: Unsupported Internal Arrow Type e", "cast the column"),
        ("Invalid Input Error: No magic bytes found at end of file 'a'", "write the file again"),
        ("Binder Error: no such column", "correct the query"),
    ],
)
def test_the_fix_fits_what_is_wrong(told: str, fix: str) -> None:
    assert sql_error(duckdb.Error(told), "here").fix.startswith(fix)
