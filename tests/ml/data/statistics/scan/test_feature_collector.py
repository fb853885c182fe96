from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from penstock.ml.data.statistics.float_key import numbers_of
from penstock.ml.data.statistics.scan.budget import ValueBudget
from penstock.ml.data.statistics.scan.cursor import Cursors
from penstock.ml.data.statistics.scan.feature_collector import FeatureCollector, Setting
from penstock.ml.data.statistics.state import FeatureState


@pytest.fixture(scope="module")
def cursors() -> Iterator[Cursors]:
    made = Cursors()
    yield made
    made.close()


def states_of(array: pa.Array, cursors: Cursors, weights: list[int] | None = None) -> dict[str, FeatureState]:
    setting = Setting(cursors, ValueBudget(), is_weighted=weights is not None)
    collector = FeatureCollector(("c",), array.type, setting)
    collector.add(array, None if weights is None else np.array(weights))
    return {".".join(state.path): state for state in collector.states()}


def levels_of(state: FeatureState) -> list[tuple[int, dict[float, int]]]:
    return [
        (
            level.num_missing,
            dict(zip(numbers_of(level.lengths.bins).tolist(), level.lengths.counts.tolist(), strict=True)),
        )
        for level in state.levels
    ]


LISTS = [[1, 2, None], None, [], [3]]


@pytest.mark.parametrize(
    ("array", "levels", "total"),
    [
        (pa.array([1, None, 3]), [(1, {1: 2})], 4),
        (pa.array(LISTS), [(1, {0: 1, 1: 1, 2: 1})], 6),
        (pa.array(LISTS, pa.large_list(pa.int32())), [(1, {0: 1, 1: 1, 2: 1})], 6),
        (pa.array(LISTS, pa.list_view(pa.int64())), [(1, {0: 1, 1: 1, 2: 1})], 6),
        (pa.array([[1, 2], None, [3, None]], pa.list_(pa.int64(), 2)), [(1, {1: 1, 2: 1})], 6),
        (pa.array([[[1], None, [2, 3]], [], None]), [(1, {0: 1, 3: 1}), (1, {1: 1, 2: 1})], 6),
        (pa.array([[None, None]], pa.list_(pa.int64())), [(0, {0: 1})], None),
        (pa.array([], pa.list_(pa.int64())), [(0, {})], None),
    ],
)
def test_levels_of_lists(
    array: pa.Array, levels: list[tuple[int, dict[float, int]]], total: int | None, cursors: Cursors
) -> None:
    padded = pa.concat_arrays([array.slice(0, 0), array]) if array.type.id != pa.list_view(pa.int64()).id else array
    state = states_of(padded, cursors)["c"]
    assert levels_of(state) == levels
    found = None if state.numeric is None else state.numeric.total.mantissa * 2**state.numeric.total.exponent
    assert found == total


def test_fields_count_within_the_structs_that_are_present(cursors: Cursors) -> None:
    array = pa.array([{"a": 1, "b": "x"}, None, {"a": None, "b": "y"}])
    states = states_of(array, cursors)
    assert [(name, state.type) for name, state in states.items()] == [
        ("c", "STRUCT"),
        ("c.a", "INT"),
        ("c.b", "STRING"),
    ]
    assert levels_of(states["c"]) == [(1, {1: 2})]
    assert levels_of(states["c.a"]) == [(1, {1: 1})]
    assert levels_of(states["c.b"]) == [(0, {1: 2})]


def test_structs_in_lists_carry_the_weights_of_their_rows(cursors: Cursors) -> None:
    array = pa.array([[{"a": 1, "q": [7, 8]}, {"a": 2, "q": None}], None, [], [None, {"a": None, "q": []}]])
    states = states_of(array, cursors, [10, 20, 30, 40])
    assert levels_of(states["c"]) == [(1, {0: 1, 1: 1, 2: 1})]
    assert states["c"].levels[0].weight_missing == 20
    assert levels_of(states["c.a"]) == [(1, {1: 2})]
    assert states["c.a"].levels[0].weight_missing == 40
    assert levels_of(states["c.q"]) == [(1, {0: 1, 2: 1})]
    numeric = states["c.q"].numeric
    assert numeric is not None
    assert numeric.weighted_total is not None
    assert numeric.weighted_total.mantissa * 2**numeric.weighted_total.exponent == 150


@pytest.mark.parametrize("kind", [pa.null(), pa.int64(), pa.string(), pa.list_(pa.string()), pa.struct([])])
def test_a_feature_without_values_keeps_its_type_alone(kind: pa.DataType, cursors: Cursors) -> None:
    state = states_of(pa.nulls(3, kind), cursors)["c"]
    assert levels_of(state) == [(3, {})]
    assert (state.numeric, state.text, state.bytes) == (None, None, None)


def test_a_slice_of_an_array_counts_its_own_rows(cursors: Cursors) -> None:
    rows: list[Any] = [{"a": [1], "b": "x"}, {"a": [2, 3], "b": None}, None, {"a": None, "b": "y"}]
    sliced = states_of(pa.array(rows).slice(1, 2), cursors)
    assert levels_of(sliced["c"]) == [(1, {1: 1})]
    assert levels_of(sliced["c.a"]) == [(0, {2: 1})]
    assert levels_of(sliced["c.b"]) == [(1, {})]
