from __future__ import annotations

import numpy as np
import pyarrow as pa

from penstock.ml.data.statistics.short_values import merge_short, of_counts
from penstock.ml.data.statistics.text_state import of_counts as text_state


def test_a_length_comes_whole_or_not_at_all() -> None:
    values = pa.array(["", "a", "b", "cc", "dd", "ddd"])
    counts = np.arange(1, 7)
    found = of_counts(values, counts, limit=4)
    assert (found.max_bytes, found.values.to_pylist(), found.counts.tolist()) == (1, ["", "a", "b"], [1, 2, 3])
    assert of_counts(values, counts, limit=5).values.to_pylist() == ["", "a", "b", "cc", "dd"]
    assert of_counts(values, counts, limit=6).max_bytes == 1024


def test_a_part_that_dropped_a_length_bounds_the_union() -> None:
    thinned = text_state(pa.array(["a", "bb", "cc", "dd"]), np.ones(4, dtype=np.int64), limit=1, short_limit=2)
    counted = text_state(pa.array(["a", "ee"]), np.ones(2, dtype=np.int64))
    found = merge_short([thinned, counted], limit=2)
    assert (found.max_bytes, found.values.to_pylist(), found.counts.tolist()) == (1, ["a"], [2])
