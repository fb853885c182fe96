from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.core.error import DataError
from penstock.ml.data.statistics.float_key import keys_of
from penstock.ml.data.statistics.prefix_histogram import (
    coarsen,
    extent_of,
    fitted,
    merge_histograms,
    merge_lengths,
    of_keys,
    of_lengths,
    of_numbers,
    total,
    total_weight,
)
from penstock.ml.data.statistics.state import Extent, PrefixHistogram

numbers = st.lists(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-20, 20).map(float), max_size=40)
weighted = st.lists(st.tuples(st.sampled_from([0.5, 1.0, 2.0, 3.5, -7.0, 1e9]), st.integers(0, 99)), max_size=30)
cuts = st.lists(st.integers(0, 40), max_size=4).map(sorted)
limits = st.integers(2, 9)


def plain(histogram: PrefixHistogram) -> tuple[object, ...]:
    weights = None if histogram.weights is None else histogram.weights.tolist()
    return histogram.shift, histogram.bins.tolist(), histogram.counts.tolist(), weights, histogram.extent


def parted(items: Sequence[object], places: Sequence[int]) -> list[Sequence[object]]:
    edges = [0, *places, len(items)]
    return [items[low:high] for low, high in pairwise(edges)]


@given(numbers, limits)
def test_the_shift_is_the_smallest_that_suffices(values: list[float], limit: int) -> None:
    found = of_numbers(np.array(values), limit=limit)
    keys = keys_of(np.array(values)).tolist()
    assert dict(zip(found.bins.tolist(), found.counts.tolist(), strict=True)) == Counter(k >> found.shift for k in keys)
    assert found.bins.size <= limit
    assert found.shift == 0 or len({key >> (found.shift - 1) for key in keys}) > limit
    assert found.bins.tolist() == sorted(found.bins.tolist())


@given(numbers, cuts, limits)
def test_merged_parts_are_the_whole(values: list[float], places: list[int], limit: int) -> None:
    parts = [of_numbers(np.array(part), limit=limit) for part in parted(values, places)]
    assert plain(merge_histograms(parts, limit=limit)) == plain(of_numbers(np.array(values), limit=limit))


@given(weighted, cuts, limits)
def test_merged_weights_are_those_of_the_whole(rows: list[tuple[float, int]], places: list[int], limit: int) -> None:
    def build(part: Sequence[object]) -> PrefixHistogram:
        table = np.array(part, dtype=np.float64).reshape(-1, 2)
        return of_numbers(table[:, 0], weights=table[:, 1].astype(np.int64), limit=limit)

    whole = build(rows)
    assert plain(merge_histograms([build(part) for part in parted(rows, places)], limit=limit)) == plain(whole)
    assert total_weight(whole) == sum(weight for _, weight in rows)


@given(st.lists(st.integers(0, 500), max_size=40), cuts, limits)
def test_lengths_keep_their_exact_extent(lengths: list[int], places: list[int], limit: int) -> None:
    def build(part: Sequence[object]) -> PrefixHistogram:
        return of_lengths(np.array(part, dtype=np.int64), limit=limit)

    whole = build(lengths)
    assert plain(merge_lengths([build(part) for part in parted(lengths, places)], limit=limit)) == plain(whole)
    expected = Extent(sum(lengths), min(lengths), max(lengths)) if lengths else None
    assert extent_of(whole) == expected
    assert (whole.extent is not None) == (whole.shift > 0), "it is kept only where the bins do not tell it"


def test_lengths_keep_their_weighted_sum() -> None:
    lengths, weights = np.arange(40), np.arange(40) * 3
    whole = of_lengths(lengths, weights=weights, limit=8)
    assert whole.extent == Extent(780, 0, 39, int((lengths * weights).sum()))
    parts = [of_lengths(lengths[i::2], weights=weights[i::2], limit=8) for i in range(2)]
    assert plain(merge_lengths(parts, limit=8)) == plain(whole)


def test_counted_numbers_equal_listed_ones() -> None:
    listed = of_numbers(np.array([1.0, 2.0, 2.0, 5.0, 5.0, 5.0]))
    assert plain(of_numbers(np.array([5.0, 1.0, 2.0]), np.array([3, 1, 2]))) == plain(listed)
    assert plain(of_keys(keys_of(np.array([2.0, 1.0, 5.0])), np.array([2, 1, 3]))) == plain(listed)


def test_numbers_without_rows_leave_no_bin() -> None:
    assert of_numbers(np.array([1.0, 2.0]), np.array([0, 2])).counts.tolist() == [2]


def test_4096_numbers_are_exact_and_one_more_is_not() -> None:
    assert of_numbers(np.arange(4096.0)).shift == 0
    coarse = of_numbers(np.arange(4097.0))
    assert coarse.shift > 0
    assert total(coarse) == 4097


def test_keys_that_were_shifted_before_give_the_same() -> None:
    values = np.random.default_rng(3).normal(size=500)
    whole = of_numbers(values, limit=64)
    assert plain(of_keys(keys_of(values) >> np.int64(20), shift=20, limit=64)) == plain(whole)


@given(numbers, st.integers(0, 63))
def test_coarsening_keeps_every_number(values: list[float], shift: int) -> None:
    fine = of_numbers(np.array(values))
    coarse = coarsen(fine, shift)
    assert coarse.shift == shift
    assert total(coarse) == len(values)
    assert plain(coarsen(coarsen(fine, shift // 2), shift)) == plain(coarse)


def test_coarse_bins_cannot_be_made_finer() -> None:
    with pytest.raises(DataError, match="shift 9 has no bins of shift 3"):
        coarsen(PrefixHistogram(9, np.array([1]), np.array([1])), 3)


def test_weights_that_overflow_are_refused() -> None:
    with pytest.raises(DataError, match="too large for an integer of 64 bits"):
        of_numbers(np.array([1.0, 1.0]), weights=np.array([1 << 62, 1 << 62]))


def test_a_coarse_histogram_of_numbers_has_no_extent() -> None:
    with pytest.raises(DataError, match="exact sum of the lengths was not kept"):
        extent_of(fitted(of_numbers(np.arange(50.0)), limit=4))


def test_nothing_at_all() -> None:
    none = of_numbers(np.array([]))
    assert plain(none) == (0, [], [], None, None)
    assert plain(merge_histograms([])) == plain(merge_histograms([none, none])) == plain(none)
