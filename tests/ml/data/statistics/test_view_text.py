from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from penstock.ml.data.metadata.statistics import CommonStatistics
from penstock.ml.data.statistics.options import StatisticsOptions
from penstock.ml.data.statistics.text_state import of_counts
from penstock.ml.data.statistics.view_text import known_values, string_statistics, unlisted_bound

words = st.lists(st.sampled_from(["", "a", "b", "é", "zz"]) | st.text(max_size=2), max_size=60)


@given(words, st.integers(1, 8), st.integers(1, 8))
def test_the_most_frequent_come_first_and_of_equals_the_larger(values: list[str], top: int, ranks: int) -> None:
    state = of_counts(pa.array(values, pa.string()), np.ones(len(values), dtype=np.int64))
    options = StatisticsOptions(top_values=top, rank_buckets=ranks)
    found = string_statistics(state, CommonStatistics(), options, is_weighted=False)
    counts = Counter(values)
    expected = sorted(counts, key=lambda value: (counts[value], value.encode()), reverse=True)
    assert [item.value for item in found.top_values] == expected[:top]
    listed = () if found.rank_histogram is None else found.rank_histogram.buckets
    assert [(item.label, item.sample_count) for item in listed] == [(v, counts[v]) for v in expected[:ranks]]


@given(words, st.integers(1, 6), st.integers(1, 4))
def test_no_unknown_value_is_more_frequent_than_its_bound(values: list[str], limit: int, short_limit: int) -> None:
    ones = np.ones(len(values), dtype=np.int64)
    state = of_counts(pa.array(values, pa.string()), ones, limit=limit, short_limit=short_limit)
    known, counts, _ = known_values(state)
    exact = Counter(values)
    assert dict(zip(known.to_pylist(), counts.tolist(), strict=True)).items() <= exact.items()
    unknown = [count for value, count in exact.items() if value not in set(known.to_pylist())]
    assert unlisted_bound(state) >= max(unknown, default=0)
    assert state.sample.level > 0 or unlisted_bound(state) == 0
