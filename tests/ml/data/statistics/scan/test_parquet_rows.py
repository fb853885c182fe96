from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from penstock.core.error import DataError
from penstock.ml.data.statistics.scan.parquet_rows import ParquetRows


def test_pieces_cover_every_cell_once(tmp_path: Path) -> None:
    table = pa.table(
        {
            "list.of": pa.array([[number] for number in range(1000)]),
            "list": pa.array([str(number % 7) for number in range(1000)]),
            "struct": pa.array([{"x": number, "y": {"z": None}} for number in range(1000)]),
        }
    )
    paths = [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    pq.write_table(table.slice(0, 700), paths[0], row_group_size=99)
    pq.write_table(table.slice(700), paths[1], row_group_size=300)
    rows = ParquetRows(paths)
    assert rows.num_rows == 1000
    found: dict[str, list[object]] = {name: [] for name in table.schema.names}
    for piece in sorted(rows.pieces(("list",)), key=lambda piece: piece.first_row):
        for part in piece.load():
            assert "list" in part.schema.names
            for name in piece.columns:
                found[name] += part.column(name).to_pylist()
    assert found == table.to_pydict()


def test_texts_stay_in_small_dictionaries(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    names = [f"name {number}" for number in range(20_000)]
    pq.write_table(pa.table({"few": ["a", "b"] * 10_000, "many": names}), path)
    [piece] = ParquetRows([path]).pieces(())
    [table] = piece.load()
    assert pa.types.is_dictionary(table.schema.field("few").type)
    assert pa.types.is_string(table.schema.field("many").type)


def test_wide_files_are_read_some_columns_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "wide.parquet"
    pq.write_table(pa.table({f"c{number}": np.arange(3000) for number in range(2000)}), path, row_group_size=1000)
    pieces = list(ParquetRows([path]).pieces(()))
    assert len(pieces) > 1
    assert [name for piece in pieces for name in piece.columns] == [f"c{number}" for number in range(2000)]
    assert {(piece.first_row, piece.num_rows) for piece in pieces} == {(0, 3000)}


def test_other_columns_in_a_later_file_are_told(tmp_path: Path) -> None:
    paths = [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    pq.write_table(pa.table({"a": [1]}), paths[0])
    pq.write_table(pa.table({"a": [1], "b": [2]}), paths[1])
    with pytest.raises(DataError, match="adds b"):
        ParquetRows(paths)


def test_a_truncated_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"a": [1]}), path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DataError, match="cannot be read"):
        ParquetRows([path])


def test_a_file_that_is_written_to_meanwhile_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"a": [1]}), path)
    rows = ParquetRows([path])
    rows.check_unchanged()
    with path.open("ab") as file:
        file.write(b"more")
    with pytest.raises(DataError, match="the file changed while it was read"):
        rows.check_unchanged()
