"""How many innermost values each row has, where lists lie in lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Nesting:
    """One level of the lists of some rows.

    Parameters
    ----------
    is_present : ndarray of bool, shape (n,), optional
        Which of the level's lists are no nulls; all by default.
    lengths : ndarray of int64, shape (number of those,)
        Of those that are present; on the last level without nulls.
    """

    is_present: np.ndarray | None
    lengths: np.ndarray


def row_lengths(nesting: Sequence[Nesting]) -> np.ndarray:
    """Innermost values of each row that is present.

    Parameters
    ----------
    nesting : sequence of Nesting
        The outermost level first: the lengths of each sum to the lists of the next.

    Returns
    -------
    ndarray of int64, shape (rows that are present,)

    Examples
    --------
    ``[[a, b], null, [c]], []``:

    >>> inner = Nesting(np.array([True, False, True]), np.array([2, 1]))
    >>> row_lengths([Nesting(None, np.array([3, 0])), inner]).tolist()
    [3, 0]
    """
    counts = nesting[-1].lengths
    for outer, inner in zip(reversed(nesting[:-1]), reversed(nesting[1:]), strict=True):
        if inner.is_present is not None:
            present, counts = counts, np.zeros(inner.is_present.size, dtype=np.int64)
            counts[inner.is_present] = present
        before = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(counts)))
        ends = np.cumsum(outer.lengths)
        counts = before[ends] - before[ends - outer.lengths]
    return counts
