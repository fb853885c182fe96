from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pytest

from penstock.ml.data.statistics import text_state
from penstock.ml.data.statistics.scan.budget import ValueBudget
from penstock.ml.data.statistics.scan.cursor import Cursors
from penstock.ml.data.statistics.scan.value_collector import Counted, ValueCollector


@pytest.fixture(scope="module")
def cursors() -> Iterator[Cursors]:
    made = Cursors()
    yield made
    made.close()


def collected(cursors: Cursors, texts: list[str], *, parts: int, limit: int, is_weighted: bool) -> ValueCollector:
    collector = ValueCollector(ValueBudget(limit), cursors, is_weighted=is_weighted, short_limit=10)
    for part in np.array_split(np.array(texts, dtype=object), parts):
        values = pa.array(part.tolist(), pa.string())
        batch = Counted(values, None, np.full(len(values), 3) if is_weighted else None)
        collector.take(batch, collector.thinned(batch))
    return collector


@pytest.mark.parametrize("is_weighted", [False, True])
@pytest.mark.parametrize("distinct", [0, 40, 50, 51, 700, 30_000])
def test_batches_give_the_state_of_the_whole(cursors: Cursors, distinct: int, is_weighted: bool) -> None:
    texts = [f"{'x' * (number % 13)}{number}" for number in range(distinct)] * 2
    values, counts = pa.array(texts, pa.string()), np.ones(len(texts), dtype=np.int64)
    expected = text_state.of_counts(values, counts, counts * 3 if is_weighted else None, limit=50, short_limit=10)
    for parts in (1, 3, 40):
        shuffled = np.random.default_rng(parts).permutation(np.array(texts, dtype=object)).tolist()
        found = collected(cursors, shuffled, parts=parts, limit=50, is_weighted=is_weighted)
        sample, short, cells = found.result()
        assert (sample.level > 0) == (distinct > 50)
        assert (sample.level, sample.probe) == (expected.sample.level, expected.sample.probe)
        assert sample.values.equals(expected.sample.values)
        assert np.array_equal(sample.counts, expected.sample.counts)
        assert (sample.weights is not None) == is_weighted
        if expected.short is None:
            assert short is None
            assert cells is None
        else:
            assert short is not None
            assert (short.max_bytes, short.counts.tolist()) == (
                expected.short.max_bytes,
                expected.short.counts.tolist(),
            )
            assert short.values.equals(expected.short.values)
            assert np.array_equal(cells, expected.cells)


def test_a_late_placeholder_is_counted_exactly(cursors: Cursors) -> None:
    texts = [f"long value {number}" for number in range(5000)] + [""] * 77
    _, short, _ = collected(cursors, texts, parts=20, limit=50, is_weighted=False).result()
    assert short is not None
    assert short.counts[short.values.index("").as_py()] == 77


def test_the_limit_falls_with_the_number_of_features() -> None:
    budget = ValueBudget()
    limits = []
    for _ in range(300):
        limits.append(budget.limit)
        budget.join()
    assert limits == sorted(limits, reverse=True)
    assert limits[0] == limits[100] > budget.limit
