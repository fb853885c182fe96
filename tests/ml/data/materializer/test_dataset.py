from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from penstock.ml.data.dataset import Dataset
from penstock.ml.data.materializer.dataset import dataset


@pytest.fixture
def artifact(tmp_path: Path) -> Path:
    pq.write_table(pa.table({"fare": [1.0, 2.0]}), tmp_path / "given.parquet")
    folder = tmp_path / "artifact"
    folder.mkdir()
    dataset.save(Dataset(tmp_path / "given.parquet"), folder)
    return folder


def test_an_artifact_that_is_passed_on_keeps_its_bytes(artifact: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    again.mkdir()
    dataset.save(dataset.load(artifact), again)
    assert (again / "data.parquet").read_bytes() == (artifact / "data.parquet").read_bytes()


def test_other_rows_of_an_artifact_are_written_anew(artifact: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    again.mkdir()
    dataset.save(dataset.load(artifact).sql("select * from this where fare > 1"), again)
    assert dataset.load(again).to_arrow().to_pylist() == [{"fare": 2.0}]


def test_foreign_parquet_is_made_canonical(artifact: Path, tmp_path: Path) -> None:
    assert (artifact / "data.parquet").read_bytes() != (tmp_path / "given.parquet").read_bytes()
