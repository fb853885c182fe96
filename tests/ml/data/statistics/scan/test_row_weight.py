from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from penstock.core.error import DataError
from penstock.ml.data.statistics.options import StatisticsOptions
from penstock.ml.data.statistics.scan import scan
from penstock.ml.data.statistics.scan.row_weight import WeightSum, check_weight_column, weights_of


@pytest.mark.parametrize(
    ("values", "units"),
    [
        ([0.0, 1.0, 0.5], [0, 1 << 20, 1 << 19]),
        ([1, 3], [1 << 20, 3 << 20]),
        ([Decimal("0.25")], [1 << 18]),
        ([0.5 / 2**20, 1.5 / 2**20, 2.5 / 2**20], [0, 2, 2]),
    ],
)
def test_weights_are_rounded_to_units_half_to_even(values: list[Any], units: list[int]) -> None:
    assert weights_of(pa.chunked_array([values]), 0, "here").tolist() == units


@pytest.mark.parametrize(
    ("bad", "told"),
    [(None, "missing"), (-1.0, "-1"), (float("nan"), "nan"), (float("inf"), "inf"), (2.0**41, "e\\+12")],
)
def test_a_wrong_weight_names_its_row(bad: float | None, told: str) -> None:
    with pytest.raises(DataError, match=f"the weight of row 103 is .*{told}"):
        weights_of(pa.chunked_array([pa.array([1.0, 2.0, bad, 1.0], pa.float64())]), 100, "here")


@pytest.mark.parametrize("kind", [pa.string(), pa.list_(pa.int64()), pa.date32(), pa.struct([("a", pa.int64())])])
def test_a_weight_must_be_a_column_of_numbers(kind: pa.DataType) -> None:
    with pytest.raises(DataError, match="weight column 'w' is"):
        check_weight_column(pa.schema([("w", kind)]), "w", "here")


def test_weights_that_overflow_are_refused() -> None:
    total = WeightSum("here")
    total.add(np.full(3, 1 << 60))
    with pytest.raises(DataError, match="more than 2\\^42"):
        total.add(np.full(3, 1 << 60))


def test_weights_of_long_lists_are_refused_too() -> None:
    table = pa.table({"values": [[0] * 200_000] * 100, "w": [2.0**18] * 100})
    with pytest.raises(DataError, match="column 'values'"):
        scan(table, StatisticsOptions(weight="w"))


def test_an_unknown_weight_offers_the_closest() -> None:
    with pytest.raises(DataError, match="did you mean 'weight'"):
        check_weight_column(pa.schema([("weight", pa.int64())]), "weigth", "here")
