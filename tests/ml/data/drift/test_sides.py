from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from ml.data.drift.state import statistics

from penstock.core.error import DataError
from penstock.ml.data.drift.sides import FILE_NAME, drawn, load_sides, save_sides


def test_both_come_back_without_what_no_figure_shows(tmp_path: Path) -> None:
    before, after = (statistics(t=pa.array([value]), a=pa.array([1.5])).dataset for value in ("x", "y"))
    save_sides((before, after), tmp_path)
    found = load_sides(tmp_path)
    assert found == (drawn(before), drawn(after))
    text = found[0].features[1].string_stats
    assert text is not None
    assert text.rank_histogram is None
    assert [top.value for top in text.top_values] == ["x"]
    save_sides(found, tmp_path / ".")
    assert load_sides(tmp_path) == found


def test_a_folder_without_them(tmp_path: Path) -> None:
    assert load_sides(tmp_path) is None


def test_another_number_of_data_sets(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text('{"datasets": [{}]}')
    with pytest.raises(DataError, match="statistics of 1 data sets, not of two"):
        load_sides(tmp_path)
