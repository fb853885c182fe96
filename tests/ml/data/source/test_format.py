from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from penstock.core.error import DataError, NotFoundError
from penstock.ml.data.parquet import write_parquet
from penstock.ml.data.source import CsvSource, ParquetSource, detect_format, open_source


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
