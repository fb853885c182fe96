from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from penstock.ml.data.statistics.scan.tally import place_sums, tally

rows = st.lists(
    st.tuples(
        st.one_of(st.integers(-5, 5), st.integers(-(2**62), 2**62)), st.integers(1, 2**40), st.integers(0, 2**55)
    ),
    max_size=40,
)


@given(rows, st.booleans(), st.booleans())
def test_sums_by_distinct_number(rows: list[tuple[int, int, int]], has_counts: bool, has_weights: bool) -> None:
    columns = [np.array([row[place] for row in rows], dtype=np.int64) for place in range(3)]
    distinct, counts, weights = tally(
        columns[0], columns[1] if has_counts else None, columns[2] if has_weights else None
    )
    expected: Counter[int] = Counter()
    expected_weights: Counter[int] = Counter()
    for number, count, weight in rows:
        expected[number] += count if has_counts else 1
        expected_weights[number] += weight
    assert distinct.tolist() == sorted(expected)
    assert counts.tolist() == [expected[number] for number in sorted(expected)]
    if has_weights:
        assert weights is not None
        assert weights.tolist() == [expected_weights[number] for number in sorted(expected)]
    else:
        assert weights is None


def test_places_beyond_what_floats_hold_are_summed_as_integers() -> None:
    amounts = np.array([2**60, 1, 2**60])
    assert place_sums(np.array([0, 0, 2]), amounts, 4).tolist() == [2**60 + 1, 0, 2**60, 0]
