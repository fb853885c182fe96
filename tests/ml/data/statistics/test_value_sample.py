from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.core.error import DataError
from penstock.ml.data.statistics.state import ValueSample
from penstock.ml.data.statistics.text_hash import hashes_of
from penstock.ml.data.statistics.value_sample import (
    cells_of,
    check_probe,
    coarsen_sample,
    distinct,
    distinct_error,
    merge_samples,
    of_counts,
    value_limit,
)

texts = st.lists(st.sampled_from([f"v{i}" for i in range(60)]) | st.text(max_size=3), max_size=80)
cuts = st.lists(st.integers(0, 80), max_size=3).map(sorted)
limits = st.integers(1, 12)


def sample(values: list[str], limit: int = 1000, weights: list[int] | None = None) -> ValueSample:
    ones = np.ones(len(values), dtype=np.int64)
    return of_counts(
        pa.array(values, pa.string()),
        ones,
        None if weights is None else np.array(weights, dtype=np.int64),
        limit=limit,
    )


def plain(found: ValueSample) -> tuple[object, ...]:
    weights = None if found.weights is None else found.weights.tolist()
    return found.level, found.values.to_pylist(), found.counts.tolist(), weights, found.probe


def parted(values: list[str], places: list[int]) -> list[list[str]]:
    edges = [0, *places, len(values)]
    return [values[low:high] for low, high in pairwise(edges)]


@given(texts, limits)
def test_the_level_is_the_smallest_that_suffices(values: list[str], limit: int) -> None:
    found = sample(values, limit)
    hashes = dict(zip(values, hashes_of(pa.array(values, pa.string())).tolist(), strict=True))

    def kept(level: int) -> set[str]:
        return {value for value, number in hashes.items() if number >> (64 - level) == 0}

    counts = Counter(values)
    assert dict(zip(found.values.to_pylist(), found.counts.tolist(), strict=True)) == {
        value: counts[value] for value in kept(found.level)
    }
    assert len(found.values) <= limit
    assert found.level == 0 or len(kept(found.level - 1)) > limit
    assert found.values.to_pylist() == sorted(found.values.to_pylist(), key=str.encode)


@given(texts, cuts, limits)
def test_merged_parts_are_the_whole(values: list[str], places: list[int], limit: int) -> None:
    parts = [sample(part, limit) for part in parted(values, places)]
    assert plain(merge_samples(parts, limit=limit)) == plain(sample(values, limit))


def test_weights_are_summed() -> None:
    first = sample(["b", "a", "b"], weights=[1, 2, 4])
    second = sample(["c", "a"], weights=[8, 16])
    merged = merge_samples([first, second])
    assert plain(merged) == (0, ["a", "b", "c"], [2, 2, 1], [18, 5, 8], None)


def test_distinct_values_are_estimated_within_their_error() -> None:
    values = [f"user {i}" for i in range(40_000)]
    assert (distinct(sample(values, 50_000)), distinct_error(sample(values, 50_000))) == (40_000, 0.0)
    found = sample(values, 2048)
    assert 0 < abs(distinct(found) - 40_000) < 3 * distinct_error(found) < 8_000


def test_the_cells_hold_every_row() -> None:
    values = pa.array([f"v{i}" for i in range(300)])
    cells = cells_of(values, np.arange(300))
    assert cells.sum() == 300 * 299 // 2
    assert cells[int(hashes_of(values)[7]) % 4096] >= 7


def test_samples_of_another_hash_function_are_refused() -> None:
    drawn = replace(sample([f"v{i}" for i in range(100)], 10), probe=12345)
    counted = replace(sample(["a"]), probe=12345)
    with pytest.raises(DataError, match="another version of DuckDB drew"):
        merge_samples([drawn, sample(["a"])])
    with pytest.raises(DataError, match="another version of DuckDB drew"):
        coarsen_sample(drawn, drawn.level + 1)
    check_probe([counted])
    assert merge_samples([counted, sample(["a"])]).counts.tolist() == [2], "a count of all values needs no hash"


def test_a_sample_cannot_be_made_finer() -> None:
    with pytest.raises(DataError, match="lacks values of level 0"):
        coarsen_sample(sample([f"v{i}" for i in range(100)], 10), 0)


def test_many_text_columns_share_the_memory() -> None:
    assert [value_limit(n) for n in (0, 1, 128, 129, 5000, 100_000)] == [131072, 131072, 131072, 130055, 3355, 1024]


def test_nothing_at_all() -> None:
    assert plain(merge_samples([])) == plain(sample([])) == (0, [], [], None, None)
