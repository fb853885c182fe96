from __future__ import annotations

from pathlib import Path

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
