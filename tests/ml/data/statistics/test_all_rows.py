from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from penstock.core.error import DataError
from penstock.ml.data.metadata.statistics import DatasetStatistics, StatisticsList
from penstock.ml.data.statistics.all_rows import all_rows
from penstock.ml.data.statistics.statistics import Statistics

SLICE, WHOLE = DatasetStatistics(name="a=1", num_examples=1), DatasetStatistics(name="All Examples", num_examples=2)


def test_of_statistics_their_message_and_the_record_itself() -> None:
    statistics = Statistics.of(pa.table({"a": [1, 2]}))
    expected = statistics.message.datasets[0]
    assert all(all_rows(given, where="f()") is expected for given in (statistics, statistics.message, expected))


def test_among_slices_they_are_found_by_name() -> None:
    assert all_rows(StatisticsList(datasets=(SLICE, WHOLE)), where="f()") is WHOLE
    assert all_rows(StatisticsList(datasets=(SLICE,)), where="f()") is SLICE
    with pytest.raises(DataError, match="in the old ones; those of: 'a=1', 'a=1'"):
        all_rows(StatisticsList(datasets=(SLICE, SLICE)), where="f()", what="the old ones")


@pytest.mark.parametrize("given", [pa.table({"message": [1]}), {"a": 1}, "stats.json", None])
def test_anything_else_is_refused_with_the_way_to_statistics(given: Any) -> None:
    with pytest.raises(DataError, match=r"Statistics.of\(data\)") as caught:
        all_rows(given, where="f()")
    assert caught.value.where == "f()"
    assert type(given).__name__ in caught.value.what
