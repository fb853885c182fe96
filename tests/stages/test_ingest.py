from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from penstock.core.error import DataError
from penstock.stages import fingerprint_source, ingest


def test_reads_a_file_lazily(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("zip,n\n01234,1\n")
    assert ingest(str(path)).to_arrow().to_pylist() == [{"zip": "01234", "n": 1}]
    data = ingest(str(path), types={"zip": "BIGINT", "n": "DOUBLE"})
    assert data.to_arrow().to_pylist() == [{"zip": 1234, "n": 1.0}]


def test_fingerprint_takes_the_parameters_and_follows_the_content(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("n\n1\n")
    first = ingest.fingerprint(source=str(path), format="auto", types=None)
    assert first == fingerprint_source(str(path))
    path.write_text("n\n2\n")
    assert ingest.fingerprint(source=str(path), format="auto", types=None) != first


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        ingest(str(tmp_path / "a.csv"))
    with pytest.raises(DataError, match="no such file"):
        fingerprint_source(str(tmp_path / "a.csv"))


def test_spans_are_part_of_the_fingerprint(tmp_path: Path) -> None:
    for span in (1, 2):
        (tmp_path / f"span-{span}").mkdir()
        (tmp_path / f"span-{span}" / "a.csv").write_text("n\n1\n")
    place = str(tmp_path / "span-{SPAN}")
    assert fingerprint_source(place) == fingerprint_source(place, span=2) != fingerprint_source(place, span=1)
    assert ingest(place, spans=2).num_rows == 2
    assert ingest(place, options={"span_range": [1, 1]}).num_rows == 1
    (tmp_path / "span-3").mkdir()
    (tmp_path / "span-3" / "a.csv").write_text("n\n1\n")
    assert fingerprint_source(place) == fingerprint_source(place, span=3) != fingerprint_source(place, span=2)


def test_options_reach_the_source(tmp_path: Path) -> None:
    (tmp_path / "1.csv").write_text("a\n1\n")
    (tmp_path / "2.csv").write_text("b\nx\n")
    with pytest.raises(DataError, match="lacks a and adds b"):
        ingest(str(tmp_path)).to_arrow()
    rows = ingest(str(tmp_path), options={"union_by_name": True}).to_arrow().to_pylist()
    assert rows == [{"a": 1, "b": None}, {"a": None, "b": "x"}]
    with pytest.raises(DataError, match="format 'csv' does not take no_such_option"):
        ingest(str(tmp_path), options={"no_such_option": 1})


@pytest.mark.parametrize("read", [ingest, fingerprint_source])
def test_an_url_with_a_password_is_refused(read: Any) -> None:
    for url in ("postgresql://ann:sesame@127.0.0.1:1/city?table=trips", "https://127.0.0.1:1/a.csv?sig=sesame"):
        with pytest.raises(DataError, match="holds a password") as caught:
            read(url)
        assert "sesame" not in str(caught.value)


def test_an_url_in_an_environment_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"
    path.write_text("n\n1\n")
    monkeypatch.setenv("PENSTOCK_TEST_PLACE", str(path))
    assert ingest("env:PENSTOCK_TEST_PLACE").to_arrow().to_pylist() == [{"n": 1}]
    assert fingerprint_source("env:PENSTOCK_TEST_PLACE") == fingerprint_source(str(path))


def test_what_an_environment_variable_holds_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "postgresql://ann:sesame@127.0.0.1:1/city"
    monkeypatch.setenv("PENSTOCK_TEST_PLACE", url)
    options = {"table": "trips", "key": "v1"}
    data = ingest("env:PENSTOCK_TEST_PLACE", options=options)
    assert "sesame" not in repr(data)
    first = fingerprint_source("env:PENSTOCK_TEST_PLACE", options=options)
    monkeypatch.setenv("PENSTOCK_TEST_PLACE", url.replace("sesame", "other"))
    assert fingerprint_source("env:PENSTOCK_TEST_PLACE", options=options) == first
