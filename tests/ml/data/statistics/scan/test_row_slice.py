from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from penstock.core.error import DataError
from penstock.ml.data.statistics.options import StatisticsOptions
from penstock.ml.data.statistics.scan.cursor import Cursors
from penstock.ml.data.statistics.scan.row_slice import MAX_SLICES, Slicer

TABLE = pa.table(
    {
        "city": pa.array(["Wien", None, "Graz", "Wien"]).dictionary_encode(),
        "hours": pa.array([1, 24, None, 1]),
        "fare": [1.5, 2.5, float("nan"), None],
        "where": [{"zone": 3}, {"zone": 4}, None, {"zone": 3}],
    }
)


@pytest.fixture(scope="module")
def cursors() -> Iterator[Cursors]:
    made = Cursors()
    yield made
    made.close()


def slicer(cursors: Cursors, **options: Any) -> Slicer:
    return Slicer(StatisticsOptions(**options), TABLE.schema, "here", cursors)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"slices": ("city",)}, {"city=Wien": [0, 3], "city=Graz": [2]}),
        ({"slices": ("hours",)}, {"hours=1": [0, 3], "hours=24": [1]}),
        ({"slices": (("city", "Graz"), ("hours", 7))}, {"city=Graz": [2], "hours=7": []}),
        ({"sql_slices": {"dear": "fare > 2", "zone": "this.where.zone = 3"}}, {"dear": [1, 2], "zone": [0, 3]}),
    ],
)
def test_rows_of_slices(cursors: Cursors, options: dict[str, Any], expected: dict[str, list[int]]) -> None:
    made = slicer(cursors, **options)
    assert {name: places.tolist() for name, places in made.chosen(TABLE.select(made.columns)).items()} == expected


def test_only_the_columns_of_a_predicate_are_read(cursors: Cursors) -> None:
    assert slicer(cursors, sql_slices={"dear": "FARE > 2 and hours < 25"}).columns == ("hours", "fare")
    assert slicer(cursors, sql_slices={"zone": '"where".zone = 3'}).columns == ("where",)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"slices": ("ctiy",)}, "did you mean 'city'"),
        ({"slices": ("fare",)}, "double, which cannot be sliced by"),
        ({"slices": (("hours", "noon"),)}, "'noon' is no value of column 'hours'"),
        ({"sql_slices": {"a": "fares > 1"}}, "fares"),
        ({"sql_slices": {"a": "fare >"}}, "syntax error"),
        ({"sql_slices": {"a": "avg(fare) > 1"}}, "more than one row"),
        ({"sql_slices": {"a": "row_number() over () = 1"}}, "more than one row"),
        ({"sql_slices": {"a": "fare > (select 1)"}}, "more than one row"),
    ],
)
def test_what_does_not_fit_the_columns_is_told(cursors: Cursors, options: dict[str, Any], told: str) -> None:
    with pytest.raises(DataError, match=told):
        slicer(cursors, **options)


def test_a_predicate_that_fails_on_a_row_is_told(cursors: Cursors) -> None:
    made = slicer(cursors, sql_slices={"a": "city::int > 1"})
    with pytest.raises(DataError, match="Could not convert string 'Wien'"):
        made.chosen(TABLE.select(made.columns))


def test_a_slice_that_is_asked_for_twice_counts_its_rows_once(cursors: Cursors) -> None:
    made = slicer(cursors, slices=("city", ("city", "Graz"), "city", ("city", "Linz")))
    assert {name: places.tolist() for name, places in made.chosen(TABLE).items()} == {
        "city=Wien": [0, 3], "city=Graz": [2], "city=Linz": []
    }  # fmt: skip
    made = slicer(cursors, slices=("city",), sql_slices={"city=Graz": "hours > 3"})
    with pytest.raises(DataError, match="two slices are called 'city=Graz'"):
        made.chosen(TABLE)


def test_too_many_values_are_refused(cursors: Cursors) -> None:
    made = slicer(cursors, slices=("hours",))
    made.check_number(f"hours={number}" for number in range(MAX_SLICES))
    with pytest.raises(DataError, match="more than 100 values"):
        made.check_number(f"hours={number}" for number in range(MAX_SLICES + 1))


def test_a_predicate_runs_no_statement_of_its_own(cursors: Cursors, tmp_path: Path) -> None:
    attack = f"true)::BOOLEAN, false) AS chosen FROM given; COPY (SELECT 1) TO '{tmp_path}/a.csv'; SELECT ((1"
    for predicate in (attack, f"exists (select * from read_text('{__file__}'))"):
        with pytest.raises(DataError):
            slicer(cursors, sql_slices={"a": predicate})
    assert list(tmp_path.iterdir()) == []
