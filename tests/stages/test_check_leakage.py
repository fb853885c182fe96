from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from penstock.core.error import DataError, UsageError
from penstock.ml.data import Dataset
from penstock.ml.data.parquet import write_parquet
from penstock.stages import check_leakage, split


@pytest.fixture
def data(tmp_path: Path) -> Dataset:
    columns = {"fare": [i * 7919 % 1000 / 10 for i in range(1000)], "tips": [i % 3 * 9.5 for i in range(1000)]}
    write_parquet(pa.table({**columns, "good": [i % 3 > 0 for i in range(1000)]}), tmp_path / "a.parquet")
    return Dataset(tmp_path)


def test_a_strong_finding_stops_the_run(data: Dataset) -> None:
    with pytest.raises(DataError, match=r"tips \(predictor"):
        check_leakage(data, label="good")


def test_the_limit_and_the_options(data: Dataset) -> None:
    found = check_leakage(data, label="good", max_strength=2)
    assert [finding.feature for finding in found.findings] == ["tips"]
    assert check_leakage(data, label="good", options={"ignore": ["tips"]}).findings == ()
    with pytest.raises(UsageError, match="no option 'ignored'"):
        check_leakage(data, options={"ignored": []})


def test_rows_that_are_held_out(data: Dataset) -> None:
    parts = split(data, key="fare")
    found = check_leakage(parts.train, parts.eval, options={"ids": ["fare"], "ignore": ["tips"]}, max_strength=2)
    assert dict(found.splits) == {"train": parts.train.num_rows, "eval": parts.eval.num_rows}
    with pytest.raises(DataError, match="duplicate_rows"):
        check_leakage(data, data, max_strength=0.9)
