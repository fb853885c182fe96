from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pytest

from penstock.core.error import DataError
from penstock.ml.data import Dataset
from penstock.ml.data.parquet import write_parquet
from penstock.ml.training import read_examples

TABLE = pa.table({"x": [1.0, 2.0], "s": ["a", None], "y": [True, False], "more": [[1], [2]]})


def test_reads_what_training_needs() -> None:
    found = read_examples(TABLE.to_reader(), label="y", features=["s", "x"])
    assert found.X.tolist()[0] == [0.0, 1.0]
    assert found.y.tolist() == [1, 0]
    assert found.class_names == (False, True)
    assert [feature.name for feature in found.signature.features] == ["s", "x"], "in the order asked for"


def test_an_unknown_label() -> None:
    with pytest.raises(DataError, match="label 'yy' is no column; did you mean 'y'"):
        read_examples(TABLE, label="yy", features=["x"])
    with pytest.raises(DataError, match="feature 'xx' is no column"):
        read_examples(TABLE, label="y", features=["xx"])


def test_a_misspelt_feature_offers_every_column() -> None:
    with pytest.raises(DataError, match=r"feature 'mor' is no column; did you mean 'more'"):
        read_examples(TABLE, label="y", features=["mor"])
    with pytest.raises(DataError, match="known: more, s, x"):
        read_examples(TABLE, label="y", features=["qqqqq"])


class Recorded(Dataset):
    """A data set that remembers what was asked for."""

    def scan(self, *, columns: Sequence[str] | None = None, batch_rows: int = 0) -> pa.RecordBatchReader:
        self.columns = columns
        return super().scan(columns=columns, batch_rows=batch_rows)


def test_of_a_lazy_data_set_only_the_needed_columns_are_read(tmp_path: Path) -> None:
    write_parquet(TABLE, tmp_path / "a.parquet")
    data = Recorded(tmp_path)
    assert read_examples(data, label="y", features=["x"]).X.tolist() == [[1.0], [2.0]]
    assert data.columns == ["x", "y"]


def test_no_rows() -> None:
    with pytest.raises(DataError, match="0 classes"):
        read_examples(TABLE.slice(0, 0), label="y", features=["x"])
