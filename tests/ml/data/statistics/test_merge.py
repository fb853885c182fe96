from __future__ import annotations

from itertools import pairwise
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from naive_statistics import naive_state

from penstock.core.error import DataError
from penstock.ml.data.statistics.codec import encode_state
from penstock.ml.data.statistics.merge import merge_lists, merge_states
from penstock.ml.data.statistics.state import DatasetState

number = st.floats(width=32) | st.sampled_from([0.0, -0.0, 1.5, 1e300, 5e-324])
word = st.sampled_from(["", "a", "b", "né"]) | st.text(max_size=3)
row = st.fixed_dictionaries(
    {
        "number": st.none() | number,
        "whole": st.none() | st.integers(-(2**63), 2**63 - 1),
        "flag": st.none() | st.booleans(),
        "text": st.none() | word,
        "binary": st.none() | st.binary(max_size=3),
        "list": st.none() | st.lists(st.none() | st.integers(0, 3), max_size=3),
        "nested": st.none() | st.lists(st.none() | st.lists(st.none() | word, max_size=2), max_size=2),
        "struct": st.none() | st.fixed_dictionaries({"a": st.none() | st.integers(0, 5), "b": st.none() | word}),
        "weight": st.integers(0, 40).map(lambda units: units / 8),
    }
)
schema = pa.schema(
    {
        "number": pa.float64(),
        "whole": pa.int64(),
        "flag": pa.bool_(),
        "text": pa.string(),
        "binary": pa.binary(),
        "list": pa.list_(pa.int64()),
        "nested": pa.list_(pa.list_(pa.string())),
        "struct": pa.struct({"a": pa.int64(), "b": pa.string()}),
        "weight": pa.float64(),
    }
)


def texts(state: DatasetState) -> tuple[Any, ...]:
    return state.name, state.num_examples, state.weight, [encode_state(item) for item in state.features.values()]


@settings(max_examples=60)
@given(
    st.lists(row, max_size=15), st.lists(st.integers(0, 15), max_size=3).map(sorted), st.sampled_from(["", "weight"])
)
def test_merged_parts_are_the_whole(rows: list[dict[str, Any]], places: list[int], weight: str) -> None:
    table = pa.Table.from_pylist(rows, schema=schema)
    edges = [0, *(place for place in places if place <= len(rows)), len(rows)]
    parts = [naive_state(table.slice(low, high - low), weight=weight) for low, high in pairwise(edges)]
    whole = naive_state(table, weight=weight)
    assert texts(merge_states(parts)) == texts(whole)
    merged = parts[0]
    for part in reversed(parts[1:]):
        merged = merge_states([part, merged])
    assert texts(merged) == texts(whole), "in any grouping"


def test_a_column_that_a_part_lacks_is_missing_there() -> None:
    first = naive_state(pa.table({"a": [1, 2], "w": [1.0, 2.0]}), weight="w")
    second = naive_state(pa.table({"a": [3], "b": ["x"], "w": [0.5]}), weight="w")
    merged = merge_states([first, second])
    level = merged.features[("b",)].levels[0]
    assert (level.num_missing, level.weight_missing) == (2, 3 << 20)
    assert merged.features[("b",)].type == "STRING"
    assert list(merged.features) == [("a",), ("b",), ("w",)]


def test_a_field_that_a_part_lacks_is_missing_per_struct() -> None:
    first = naive_state(pa.table({"s": pa.array([[{"a": 1}, {"a": 2}], None, [{"a": 3}]])}))
    second = naive_state(pa.table({"s": pa.array([[{"a": 1, "b": 5}]])}))
    assert merge_states([first, second]).features[("s", "b")].levels[0].num_missing == 3
    third = naive_state(pa.table({"other": [1, 2]}))
    assert merge_states([third, second]).features[("s", "b")].levels[0].num_missing == 0
    assert merge_states([third, second]).features[("s",)].levels[0].num_missing == 2


def test_an_empty_part_changes_nothing() -> None:
    state = naive_state(pa.table({"a": [1, 2]}))
    empty = DatasetState("", 0, {})
    assert texts(merge_states([empty, state, empty])) == texts(state)
    assert texts(merge_states([empty, empty])) == texts(empty)


def test_weighted_and_plain_statistics_do_not_mix() -> None:
    table = pa.table({"a": [1.0, 2.0]})
    with pytest.raises(DataError, match="some statistics are weighted and some are not"):
        merge_states([naive_state(table), naive_state(table, weight="a")])


def test_slices_are_merged_by_name() -> None:
    def states(values: list[int]) -> list[DatasetState]:
        table = pa.table({"a": values})
        return [naive_state(table), *(naive_state(pa.table({"a": [v]}), name=f"a={v}") for v in sorted(set(values)))]

    merged = merge_lists([states([3, 1]), states([1, 2])])
    assert [(state.name, state.num_examples) for state in merged] == [("", 4), ("a=1", 2), ("a=2", 1), ("a=3", 1)]


def test_the_union_of_many_text_columns_has_a_smaller_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    from penstock.ml.data.statistics import value_sample

    monkeypatch.setattr(value_sample, "_ALL_VALUES", 4096)
    values = [f"v{i}" for i in range(1500)]
    first = naive_state(pa.table({"a": values}))
    second = naive_state(pa.table(dict.fromkeys("abcd", values[:3])))
    merged = merge_states([first, second])
    text = merged.features[("a",)].text
    assert text is not None
    assert text.sample.level == 1, "1024 values at most now"
    whole = pa.table({"a": values + values[:3], **{name: [None] * 1500 + values[:3] for name in "bcd"}})
    assert texts(merged) == texts(naive_state(whole))
