from __future__ import annotations

import numpy as np
import pytest

from penstock.ml.data.statistics.scan.row_length import Nesting, row_lengths

NONE = np.empty(0, dtype=np.int64)


@pytest.mark.parametrize(
    ("nesting", "expected"),
    [
        ([Nesting(None, np.array([2, 0, 1])), Nesting(None, np.array([3, 0, 4]))], [3, 0, 4]),
        ([Nesting(None, np.array([2, 1])), Nesting(np.array([False, True, False]), np.array([5]))], [5, 0]),
        ([Nesting(None, np.array([1, 2])), Nesting(np.zeros(3, dtype=bool), NONE)], [0, 0]),
        (
            [
                Nesting(np.array([True, False, True]), np.array([2, 1])),
                Nesting(np.array([True, False, True]), np.array([1, 2])),
                Nesting(None, np.array([4, 0, 6])),
            ],
            [4, 6],
        ),
        ([Nesting(None, NONE), Nesting(None, NONE)], []),
    ],
)
def test_innermost_values_of_rows(nesting: list[Nesting], expected: list[int]) -> None:
    assert row_lengths(nesting).tolist() == expected
