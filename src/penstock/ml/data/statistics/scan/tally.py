"""How often each number of a batch occurs, by whichever of counting and sorting is faster."""

from __future__ import annotations

import numpy as np

_SPARSE = 4
"""While there are at most so many times as many places as numbers, counting in an array of places beats sorting."""

_EXACT_FLOAT = 1 << 53

Tally = tuple[np.ndarray, np.ndarray, np.ndarray | None]
"""Distinct numbers ascending, how often each occurs, the weight of each."""


def tally(
    numbers: np.ndarray,
    counts: np.ndarray | None = None,
    weights: np.ndarray | None = None,
    *,
    may_overwrite: bool = False,
) -> Tally:
    """Distinct numbers with the sums of their counts and weights.

    Parameters
    ----------
    numbers : ndarray of int64, shape (n,)
    counts : ndarray of int64, shape (n,), optional
        Above 0; each is 1 by default.
    weights : ndarray of int64, shape (n,), optional
        From 0 up.
    may_overwrite : bool
        Whether the numbers are not needed any more.

    Examples
    --------
    >>> distinct, counts, _ = tally(np.array([7, -1, 7]))
    >>> distinct.tolist(), counts.tolist()
    ([-1, 7], [1, 2])
    """
    if not numbers.size:
        none = np.empty(0, dtype=np.int64)
        return none, none, None if weights is None else none
    low, high = int(numbers.min()), int(numbers.max())
    if high - low <= _SPARSE * numbers.size and all(_is_exact(sums) for sums in (counts, weights)):
        places = np.subtract(numbers, np.int64(low), out=numbers if may_overwrite else None)
        found = place_sums(places, counts)
        kept = np.flatnonzero(found)
        return kept + np.int64(low), found[kept], None if weights is None else place_sums(places, weights)[kept]
    return _by_sorting(numbers, counts, weights)


def place_sums(places: np.ndarray, amounts: np.ndarray | None = None, size: int = 0) -> np.ndarray:
    """Sum of the amounts (each 1 by default) at each place from 0 up.

    Returns
    -------
    ndarray of int64, shape (largest place + 1,) or (size,) if that is more
    """
    if amounts is None:
        return np.bincount(places, minlength=size).astype(np.int64, copy=False)
    if _is_exact(amounts):
        return np.bincount(places, weights=amounts, minlength=size).astype(np.int64)
    sums = np.zeros(max(size, int(places.max()) + 1), dtype=np.int64)
    np.add.at(sums, places, amounts)
    return sums


def _is_exact(amounts: np.ndarray | None) -> bool:
    """Whether floats hold every sum of them."""
    return amounts is None or not amounts.size or int(amounts.max()) * amounts.size < _EXACT_FLOAT


def _by_sorting(numbers: np.ndarray, counts: np.ndarray | None, weights: np.ndarray | None) -> Tally:
    if counts is None and weights is None:
        ordered = np.sort(numbers)
        starts = _starts(ordered)
        return ordered[starts], np.diff(starts, append=numbers.size), None
    order = np.argsort(numbers, kind="stable")
    ordered = numbers[order]
    starts = _starts(ordered)
    sums = [
        np.diff(starts, append=numbers.size) if amounts is None else np.add.reduceat(amounts[order], starts)
        for amounts in (counts, weights)
    ]
    return ordered[starts], sums[0], None if weights is None else sums[1]


def _starts(ordered: np.ndarray) -> np.ndarray:
    """Where each distinct number begins."""
    return np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
