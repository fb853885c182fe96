from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from penstock.core.error import DataError
from penstock.ml.data.connection import check_select, connect, file_list, quote_name, quote_text, shorten


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
