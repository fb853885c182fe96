from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.ml.data.statistics.prefix_histogram import extent_of, of_lengths, of_numbers
from penstock.ml.data.statistics.scan.key_counter import KeyCounter, LengthCounter
from penstock.ml.data.statistics.scan.tally import tally
from penstock.ml.data.statistics.state import PrefixHistogram

floats = st.floats(allow_nan=False, allow_infinity=False)


def same(a: PrefixHistogram, b: PrefixHistogram) -> bool:
    weights = (a.weights is None and b.weights is None) or np.array_equal(a.weights, b.weights)
    return a.shift == b.shift and np.array_equal(a.bins, b.bins) and np.array_equal(a.counts, b.counts) and weights


@given(st.lists(st.tuples(st.one_of(floats, st.sampled_from([0.0, -0.0, 1.0])), st.integers(0, 2**50)), max_size=60))
def test_batches_give_the_histogram_of_the_whole(rows: list[tuple[float, int]]) -> None:
    numbers = np.array([row[0] for row in rows], dtype=float)
    weights = np.array([row[1] for row in rows], dtype=np.int64)
    counter = KeyCounter(limit=8, is_weighted=True)
    for part in np.array_split(np.arange(numbers.size), 12):
        counter.take(counter.count(numbers[part], weights[part]))
    assert same(counter.histogram, of_numbers(numbers, None, weights, limit=8))


@pytest.mark.parametrize("scale", [1.0, 1e-3, 1e300])
def test_many_numbers_of_both_signs(scale: float) -> None:
    numbers = np.random.default_rng(5).normal(size=40_000) * scale
    counter = KeyCounter()
    for part in np.array_split(numbers, 5):
        counter.take(counter.count(part))
    assert same(counter.histogram, of_numbers(numbers))
    assert counter.histogram.shift > 0


def test_coarse_lengths_keep_their_exact_sum() -> None:
    lengths = np.random.default_rng(6).integers(0, 10_000, 3000)
    weights = np.random.default_rng(7).integers(0, 2**30, 3000)
    counter = LengthCounter(limit=64, is_weighted=True)
    for part in np.array_split(np.arange(3000), 4):
        counter.take(tally(lengths[part], None, weights[part]))
    expected = of_lengths(lengths, None, weights, limit=64)
    assert same(counter.histogram, expected)
    assert counter.histogram.extent == extent_of(expected)
    assert expected.shift > 0


def test_exact_lengths_need_no_sum() -> None:
    counter = LengthCounter()
    counter.take(tally(np.array([3, 0, 3])))
    assert counter.histogram.extent is None
    assert same(counter.histogram, of_lengths(np.array([0, 3]), np.array([1, 2])))
