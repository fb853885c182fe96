from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from penstock.ml.data.statistics.state import CELLS, TextState
from penstock.ml.data.statistics.text_state import merge_texts, of_counts

words = st.lists(
    st.sampled_from(["", "?", "NA", "né"]) | st.text("abc", max_size=6) | st.integers(0, 50).map("n{}".format),
    max_size=80,
)
cuts = st.lists(st.integers(0, 80), max_size=3).map(sorted)


def state(values: list[str], limit: int, short_limit: int, *, is_weighted: bool = False) -> TextState:
    ones = np.ones(len(values), dtype=np.int64)
    texts = pa.array(values, pa.string())
    return of_counts(texts, ones, ones * 3 if is_weighted else None, limit=limit, short_limit=short_limit)


def plain(found: TextState) -> tuple[object, ...]:
    short = found.short and (
        found.short.max_bytes,
        found.short.values.to_pylist(),
        found.short.counts.tolist(),
        None if found.short.weights is None else found.short.weights.tolist(),
    )
    sample = found.sample
    return (
        (sample.level, sample.values.to_pylist(), sample.counts.tolist(), sample.probe),
        short,
        None if found.cells is None else found.cells.tolist(),
        (found.lengths.bins.tolist(), found.lengths.counts.tolist()),
        found.total_characters,
    )


@given(words, cuts, st.integers(1, 12), st.integers(1, 6), st.booleans())
def test_merged_parts_are_the_whole(
    values: list[str], places: list[int], limit: int, short_limit: int, is_weighted: bool
) -> None:
    edges = [0, *places, len(values)]
    parts = [state(values[low:high], limit, short_limit, is_weighted=is_weighted) for low, high in pairwise(edges)]
    whole = state(values, limit, short_limit, is_weighted=is_weighted)
    assert plain(merge_texts(parts, limit=limit, short_limit=short_limit)) == plain(whole)


@given(words, st.integers(1, 12), st.integers(1, 6))
def test_short_texts_are_counted_as_far_as_they_fit(values: list[str], limit: int, short_limit: int) -> None:
    found = state(values, limit, short_limit)
    if found.short is None:
        assert found.sample.level == 0
        return
    longest = found.short.max_bytes

    def within(size: int) -> Counter[str]:
        return Counter(value for value in values if len(value.encode()) <= size)

    assert dict(zip(found.short.values.to_pylist(), found.short.counts.tolist(), strict=True)) == within(longest)
    assert len(within(longest)) <= short_limit
    assert longest == 1024 or len(within(longest + 1)) > short_limit
    assert found.cells is not None
    assert found.cells.shape == (CELLS,)
    assert found.cells.sum() == len(values)


def test_a_smaller_limit_of_the_union_thins_exact_parts() -> None:
    values = [f"n{i % 30}" for i in range(300)]
    parts = [state(values[:100], 1000, 4), state(values[100:], 1000, 4)]
    assert plain(merge_texts(parts, limit=8, short_limit=4)) == plain(state(values, 8, 4))


def test_lengths_and_characters() -> None:
    found = state(["né", "abc", "abc"], 10, 10)
    assert found.total_characters == 8
    assert found.lengths.counts.tolist() == [3]
