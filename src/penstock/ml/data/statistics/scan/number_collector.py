"""Collects the state of a feature of numbers from batches, in any order and from several threads."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock

import numpy as np

from penstock.ml.data.statistics.scan.exact_moment import ExactMoments
from penstock.ml.data.statistics.scan.key_counter import KeyCounter
from penstock.ml.data.statistics.state import MAX_BINS, NumericState


@dataclass(frozen=True, slots=True)
class Numbers:
    """The values of a batch.

    Parameters
    ----------
    finite : ndarray of float64, int64 or uint64, shape (n,)
    weights : ndarray of int64, shape (n,), optional
        Of the finite ones.
    special : tuple of int
        How many are NaN, infinity, minus infinity.
    special_weights : tuple of int
    """

    finite: np.ndarray
    weights: np.ndarray | None = None
    special: tuple[int, int, int] = (0, 0, 0)
    special_weights: tuple[int, int, int] = (0, 0, 0)


def without_specials(
    values: np.ndarray, weights: np.ndarray | None, masks: tuple[np.ndarray, np.ndarray, np.ndarray]
) -> Numbers:
    """Values without those that one of three masks marks as NaN, infinity, minus infinity."""
    finite = ~(masks[0] | masks[1] | masks[2])
    weighed = (0, 0, 0) if weights is None else tuple(int(weights[mask].sum()) for mask in masks)
    found = tuple(int(np.count_nonzero(mask)) for mask in masks)
    return Numbers(
        values[finite],
        None if weights is None else weights[finite],
        (found[0], found[1], found[2]),
        (weighed[0], weighed[1], weighed[2]),
    )


class NumberCollector:
    """Takes batches of numbers, gives their `NumericState`.

    Parameters
    ----------
    limit : int
        Bins at most.
    is_integer : bool
        Whether the smallest and the largest are told as integers.
    is_weighted : bool
    """

    def __init__(self, *, limit: int = MAX_BINS, is_integer: bool, is_weighted: bool = False) -> None:
        self._lock = Lock()
        self._is_integer = is_integer
        self._is_weighted = is_weighted
        self._keys = KeyCounter(limit=limit, is_weighted=is_weighted)
        self._moments = ExactMoments(is_weighted=is_weighted)
        self._zeros = 0
        self._range: tuple[float, float] | None = None
        self._special = np.zeros((2, 3), dtype=object)
        self._has_values = False

    def add(self, numbers: Numbers) -> None:
        """Take in a batch."""
        finite = numbers.finite
        moments = ExactMoments(is_weighted=self._is_weighted)
        moments.add(finite, numbers.weights)
        part = self._keys.count(finite, numbers.weights)
        zeros = finite.size - int(np.count_nonzero(finite))
        # Adding 0 turns -0.0 into 0.0.
        ends = (finite.min().item() + 0, finite.max().item() + 0) if finite.size else None
        with self._lock:
            self._has_values |= bool(finite.size or any(numbers.special))
            self._special += np.array([numbers.special, numbers.special_weights], dtype=object)
            self._moments.merge(moments)
            self._zeros += zeros
            if ends is not None:
                self._keys.take(part)
                low, high = self._range or ends
                self._range = min(low, ends[0]), max(high, ends[1])

    def state(self) -> NumericState | None:
        """What was taken in; None without any value."""
        if not self._has_values:
            return None
        weighted = self._moments.weighted
        number = int if self._is_integer else float
        (nan, positive, negative), weights = self._special.tolist()
        return NumericState(
            histogram=self._keys.histogram,
            num_nan=nan,
            num_positive_inf=positive,
            num_negative_inf=negative,
            num_zeros=self._zeros,
            minimum=None if self._range is None else number(self._range[0]),
            maximum=None if self._range is None else number(self._range[1]),
            total=self._moments.total,
            squares=self._moments.squares,
            weighted_total=None if weighted is None else weighted.total,
            weighted_squares=None if weighted is None else weighted.squares,
            weight_nan=weights[0],
            weight_positive_inf=weights[1],
            weight_negative_inf=weights[2],
        )
