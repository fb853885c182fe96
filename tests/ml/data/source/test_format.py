from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from penstock.core.error import DataError, NotFoundError
from penstock.ml.data.parquet import write_parquet
from penstock.ml.data.source import detect_format, open_source
from penstock.ml.data.source.csv import CsvSource
from penstock.ml.data.source.parquet import ParquetSource


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.csv").write_text("n\n1\n")
    return tmp_path


def test_by_the_names_of_files(folder: Path) -> None:
    assert isinstance(open_source(str(folder)), CsvSource)
    assert isinstance(open_source(str(folder / "a.csv")), CsvSource)
    write_parquet(pa.table({"n": [1]}), folder / "b.PARQUET")
    assert isinstance(open_source(str(folder / "b.PARQUET")), ParquetSource)
    with pytest.raises(DataError, match=r"mixes formats: a\.csv \(csv\) and b\.PARQUET \(parquet\)"):
        detect_format(str(folder))
    assert isinstance(open_source(str(folder), format="csv"), CsvSource)


def test_an_unknown_ending_can_be_overruled(folder: Path) -> None:
    (folder / "a.csv").rename(folder / "a.dat")
    with pytest.raises(DataError, match=r"the ending of 'a\.dat'"):
        open_source(str(folder / "a.dat"))
    assert open_source(str(folder / "a.dat"), format="csv").read().read_all()["n"].to_pylist() == [1]


def test_unknown_formats_and_options(folder: Path) -> None:
    with pytest.raises(NotFoundError, match="did you mean 'csv'"):
        open_source(str(folder), format="cvs")
    with pytest.raises(DataError, match="format 'parquet' does not take types"):
        open_source(str(folder), format="parquet", types={"n": "BIGINT"})
    assert isinstance(open_source(str(folder), format="csv", types=None), CsvSource)


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("postgresql://host/base", "postgresql"),
        ("postgres://host/base", "postgresql"),
        ("postgresql+psycopg://host/base", "postgresql"),
        ("sqlite:///a.db", "sqlite"),
        ("duckdb:///a.duckdb", "duckdb"),
        ("bigquery://project/set", "bigquery"),
    ],
)
def test_urls_go_to_the_source_of_that_name(uri: str, name: str) -> None:
    assert detect_format(uri) == name


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("a.JSONL", "jsonl"),
        ("a.ndjson.gz", "jsonl"),
        ("a.feather", "arrow"),
        ("a.arrows", "arrow"),
        ("a.avro", "avro"),
        ("a.tfrecord", "tfrecord"),
        ("train.tfrecord-00000-of-00010", "tfrecord"),
        ("data_tfrecord-00000-of-00001.gz", "tfrecord"),
        ("part-00000-of-00010.csv", "csv"),
    ],
)
def test_endings(tmp_path: Path, file: str, name: str) -> None:
    (tmp_path / file).touch()
    assert detect_format(str(tmp_path / file)) == detect_format(str(tmp_path)) == name


def test_a_folder_of_class_folders_holds_images(tmp_path: Path) -> None:
    for name in ("cats/1.jpg", "dogs/2.PNG"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).touch()
    assert detect_format(str(tmp_path)) == "images"
    (tmp_path / "notes.txt").touch()
    assert detect_format(str(tmp_path)) == "images"
    (tmp_path / "a.csv").touch()
    assert detect_format(str(tmp_path)) == "csv"


def test_patterns_and_several(folder: Path) -> None:
    (folder / "b.csv").write_text("n\n2\n")
    assert open_source(str(folder / "*.csv")).read().read_all()["n"].to_pylist() == [1, 2]
    several = open_source([str(folder / "b.csv"), str(folder)])
    assert several.read().read_all()["n"].to_pylist() == [2, 1, 2]
    write_parquet(pa.table({"n": [1]}), folder / "c.parquet")
    with pytest.raises(DataError, match="mixes formats"):
        detect_format([str(folder / "a.csv"), str(folder / "c.parquet")])
    (folder / "README.md").touch()
    with pytest.raises(DataError, match=r"the ending of 'README\.md'"):
        open_source(str(folder / "*"))


def test_an_empty_location_is_not_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.csv").write_text("a\n1\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match="the location is empty"):
        open_source("")


def test_a_path_that_no_file_can_have() -> None:
    with pytest.raises(DataError, match="cannot be looked up"):
        open_source("x" * 5000 + ".csv")


def test_types_that_are_no_mapping(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a\n1\n")
    with pytest.raises(DataError, match="types is list"):
        open_source(str(tmp_path / "a.csv"), types=["a"])
