from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from penstock import stages
from penstock.core.error import DataError
from penstock.ml.data.dataset import Dataset
from penstock.ml.data.parquet import write_parquet

ROWS = pa.table({"x": [1.5, None, 3.0, 4.0], "t": ["a", "b", "b", None]})


def data(folder: Path, name: str, rows: pa.Table) -> Dataset:
    write_parquet(rows, folder / f"{name}.parquet")
    return Dataset(folder / f"{name}.parquet")


def test_parts_in_any_order_are_the_whole(tmp_path: Path) -> None:
    whole = stages.describe(data(tmp_path, "whole", ROWS), slices=["t"])
    parts = [stages.describe(data(tmp_path, str(i), ROWS.slice(i, 1)), slices=["t"]) for i in (2, 0, 3, 1)]
    assert stages.merge_statistics(parts).to_bytes() == whole.to_bytes()
    assert stages.merge_statistics([whole]).to_bytes() == whole.to_bytes()


def test_parts_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    first = stages.describe(data(tmp_path, "a", ROWS))
    with pytest.raises(DataError, match="some statistics are weighted"):
        stages.merge_statistics([first, stages.describe(data(tmp_path, "b", ROWS.slice(2, 1)), weight="x")])
    with pytest.raises(DataError, match="no statistics to merge"):
        stages.merge_statistics([])
