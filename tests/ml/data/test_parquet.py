from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.core.error import DataError
from penstock.ml.data.parquet import batch_rows, canonical_type, row_group_rows, write_parquet

ROWS = 300_000


@given(sizes=st.lists(st.integers(1, 400), max_size=12))
def test_chunks_do_not_show_in_the_bytes(sizes: list[int], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("chunks")
    table = pa.table({"n": range(sum(sizes)), "s": [f"text {i % 7}" for i in range(sum(sizes))]})
    starts = [sum(sizes[:index]) for index in range(len(sizes))]
    chunked = pa.concat_tables([table.slice(0, 0), *(table.slice(a, n) for a, n in zip(starts, sizes, strict=True))])
    write_parquet(table, folder / "whole")
    write_parquet(chunked.to_reader(), folder / "chunked")
    assert (folder / "whole").read_bytes() == (folder / "chunked").read_bytes()


def test_row_groups_do_not_follow_batches(tmp_path: Path) -> None:
    table = pa.table({"n": pa.array(range(ROWS))})
    assert write_parquet(table.to_reader(max_chunksize=70_000), tmp_path / "a") == ROWS
    write_parquet(table, tmp_path / "b")
    meta = pq.read_metadata(tmp_path / "a")
    assert [meta.row_group(i).num_rows for i in range(meta.num_row_groups)] == [131_072, 131_072, 37_856]
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_types_with_the_same_values_are_stored_as_one(tmp_path: Path) -> None:
    plain = pa.table({"s": ["a", "b", "a"], "l": [[1], [], None]})
    odd = plain.set_column(0, "s", plain["s"].dictionary_encode()).cast(
        pa.schema(
            [
                pa.field("s", pa.dictionary(pa.int32(), pa.string()), metadata={"k": "v"}),
                pa.field("l", pa.large_list(pa.int64())),
            ],
            metadata={"pandas": "{}"},
        )
    )
    write_parquet(plain, tmp_path / "a")
    write_parquet(odd, tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_nested_types_are_made_canonical_inside() -> None:
    given_type = pa.list_(pa.struct([("a", pa.large_string()), ("b", pa.timestamp("s", "Europe/Vienna"))]))
    assert canonical_type(given_type) == pa.list_(pa.struct([("a", pa.string()), ("b", pa.timestamp("us", "UTC"))]))
    assert canonical_type(pa.timestamp("ns")) == pa.timestamp("ns")


def test_wide_tables_get_smaller_groups() -> None:
    assert row_group_rows(100_000) == 1024
    assert batch_rows(20) == 65_536
    assert batch_rows(10_000) < batch_rows(100)


@pytest.mark.parametrize(
    ("table", "what"),
    [
        (pa.Table.from_arrays([pa.array([1]), pa.array([2])], ["a", "a"]), "column 'a' appears 2 times"),
        (pa.table({}), "no columns"),
        (pa.table({"a": pa.array([(1, 2, 3)], pa.month_day_nano_interval())}), "cannot be stored"),
    ],
)
def test_tables_that_cannot_be_stored(table: pa.Table, what: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=what):
        write_parquet(table, tmp_path / "a")
