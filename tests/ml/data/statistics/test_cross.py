from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.core.error import DataError
from penstock.ml.data.statistics import cross
from penstock.ml.data.statistics.codec import encode_state
from penstock.ml.data.statistics.cross import cross_of, merge_crosses
from penstock.ml.data.statistics.state import CrossState

rows = st.lists(
    st.fixed_dictionaries(
        {
            "x": st.none() | st.floats(),
            "n": st.none() | st.integers(-(2**63), 2**63 - 1),
            "t": st.none() | st.text(max_size=2),
            "flag": st.none() | st.booleans(),
            "w": st.integers(0, 99),
        }
    ),
    max_size=20,
)
schema = pa.schema({"x": pa.float64(), "n": pa.int64(), "t": pa.string(), "flag": pa.bool_(), "w": pa.int64()})
cuts = st.lists(st.integers(0, 20), max_size=3).map(sorted)


def states(table: pa.Table, *, is_weighted: bool = False) -> list[CrossState]:
    weights = table["w"].to_numpy() if is_weighted else None
    pairs = [("x", "n"), ("t", "flag"), ("n", "t")]
    return [cross_of(table, x, y, weights) for x, y in pairs]


@given(rows, cuts, st.booleans())
def test_merged_parts_are_the_whole(given_rows: list[dict[str, Any]], places: list[int], is_weighted: bool) -> None:
    table = pa.Table.from_pylist(given_rows, schema=schema)
    edges = [0, *(place for place in places if place <= len(given_rows)), len(given_rows)]
    parts = [states(table.slice(low, high - low), is_weighted=is_weighted) for low, high in pairwise(edges)]
    for merged, whole in zip(zip(*parts, strict=True), states(table, is_weighted=is_weighted), strict=True):
        assert encode_state(merge_crosses(merged)) == encode_state(whole)


def test_pairs_are_counted_and_missing_values_are_one_of_their_own() -> None:
    table = pa.table({"t": ["a", None, "a", "", None], "n": [1, 1, 1, None, None]})
    found = cross_of(table, "t", "n").categorical
    assert found is not None
    assert list(zip(found.values_x.to_pylist(), found.values_y.to_pylist(), found.counts.tolist(), strict=True)) == [
        ("", "", 1),
        ("", "=1", 1),
        ("=", "", 1),
        ("=a", "=1", 2),
    ]
    assert (found.type_x, found.type_y) == ("STRING", "INT")


def test_nan_is_missing_and_infinities_are_counted_apart() -> None:
    table = pa.table({"x": [1.0, None, float("nan"), float("inf"), 3.0], "y": [2, 5, 5, 5, 4]})
    found = cross_of(table, "x", "y").numeric
    assert found is not None
    assert (found.count, found.num_infinite) == (2, 1)
    assert found.products.mantissa << found.products.exponent == 14


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"x": [1.5], "y": ["a"]}, "column 'x' holds floats, which cannot be crossed with categories"),
        ({"x": [[1]], "y": [1]}, "column 'x' is list"),
        ({"x": [1], "y": pa.array([0], pa.timestamp("us"))}, "column 'y' is timestamp"),
    ],
)
def test_columns_that_cannot_be_crossed_are_named(columns: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        cross_of(pa.table(columns), "x", "y")


def test_too_many_pairs_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cross, "MAX_PAIRS", 3)
    table = pa.table({"x": ["a", "b", "c", "d"], "y": [True] * 4})
    with pytest.raises(DataError, match="4 pairs of values, more than 3"):
        cross_of(table, "x", "y")


def test_parts_of_other_types_are_refused() -> None:
    def parts(*values: Sequence[Any]) -> list[CrossState]:
        return [cross_of(pa.table({"x": column, "y": ["a"]}), "x", "y") for column in values]

    with pytest.raises(DataError, match="column 'x' is INT in some of the statistics and STRING in others"):
        merge_crosses(parts([1], ["1"]))
    assert merge_crosses(parts([1], pa.array([None], pa.string()))).categorical is not None
    numbers = cross_of(pa.table({"x": [1], "y": [2]}), "x", "y")
    with pytest.raises(DataError, match="as numbers in one part and as categories in another"):
        merge_crosses([numbers, *parts([1])])


def test_long_texts_stand_for_themselves_shortened() -> None:
    found = cross_of(pa.table({"x": ["é" * 3000], "y": [True]}), "x", "y").categorical
    assert found is not None
    assert len(found.values_x[0].as_py()) < 120
    assert np.array_equal(found.counts, [1])
