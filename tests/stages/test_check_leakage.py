from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from penstock.core.error import DataError, UsageError
from penstock.ml.data import Dataset
from penstock.ml.data.parquet import write_parquet
from penstock.stages import check_leakage, split, split_three


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


def test_three_splits(data: Dataset) -> None:
    parts = split_three(data, key="fare")
    found = check_leakage(parts.train, parts.eval, parts.test, max_strength=2)
    assert list(found.splits) == ["train", "eval", "test"]
    with pytest.raises(DataError, match="duplicate_rows"):
        check_leakage(parts.train, test=parts.train)


def test_columns_with_a_meaning_of_their_own(tmp_path: Path) -> None:
    moments = {"now": [100 * i for i in range(100)], "known": [100 * i + 5 for i in range(100)]}
    seconds = {name: [2_000_000_000 + value for value in values] for name, values in moments.items()}
    later = [value + (i % 4 == 0) * 20 for i, value in enumerate(seconds["known"])]
    table = pa.table({**seconds, "later": later, "part": ["train", "eval"] * 50})
    write_parquet(table, tmp_path / "a.parquet")
    rows = Dataset(tmp_path)
    options = {"time": "now", "label_time": "known", "splits": "part"}
    found = check_leakage(rows, options=options, max_strength=2)
    assert dict(found.splits) == {"train": 50, "eval": 50}
    future = [one.details["than"] for one in found.findings if one.kind == "future_value"]
    assert sorted(future) == ["known", "now"]
    with pytest.raises(UsageError, match="come in 2 splits, and 'part' names others"):
        check_leakage(rows, rows, options=options)
    with pytest.raises(UsageError, match="option 'time' is 3"):
        check_leakage(rows, options={"time": 3})
