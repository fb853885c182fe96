"""Exact sums of numbers, of their squares and of both times a weight, at the speed of vector arithmetic.

A batch of numbers is cut into slices: the first holds the leading bits of all of them on one grid, the next the bits
below, until nothing is left. A slice is so narrow that sums of its numbers, and of products with those of another
slice, are integers that float64 holds exactly; so no order of additions changes them. (The extraction is that of
Rump, Ogita and Oishi, "Accurate floating-point summation, part I", SIAM J. Sci. Comput. 31(1), 2008.)
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from penstock.ml.data.statistics.exact_sum import add, scaled
from penstock.ml.data.statistics.scan.scratch import SCRATCH
from penstock.ml.data.statistics.state import ExactSum

_ROW = 1 << 13
"""Numbers whose products are summed at a time; libraries of linear algebra use one thread for so few."""

_BATCH = 1 << 15
_BITS = 19  # 2 * 19 bits of a product and 13 of a row's length fit the 53 of a float64
_WEIGHTED_BITS = 12  # so do 3 * 12 and 13
_WINDOW = 228  # a multiple of both
_FLOAT_BITS = 53
_SAFE_EXPONENT = 300
"""Below 2 ** 300 and above 2 ** -300 neither the grid nor its inverse leaves the range of a float64."""

Slices = list[tuple[int, np.ndarray]]
"""Numbers as a sum: the part of place ``j``, of shape (m, _ROW), counts in units of ``2 ** (width * j)``."""


class ExactMoments:
    """Running sums: `add` and `merge` give the same in any order.

    Parameters
    ----------
    is_weighted : bool
        Also sum weight times number, and weight times square.
    """

    def __init__(self, *, is_weighted: bool = False) -> None:
        self._totals: dict[int, int] = {}
        self._squares: dict[int, int] = {}
        self.weighted = ExactMoments() if is_weighted else None

    def add(self, numbers: np.ndarray, weights: np.ndarray | None = None) -> None:
        """Take in numbers.

        Parameters
        ----------
        numbers : ndarray of float64 (finite), int64 or uint64, shape (n,)
        weights : ndarray of int64, shape (n,), optional
            From 0 up.
        """
        for start in range(0, numbers.size, _BATCH):
            batch = _in_rows(numbers[start : start + _BATCH])
            for base, slices in _windows(batch, _BITS):
                self._take(slices, _BITS, base)
            if self.weighted is not None and weights is not None:
                self.weighted._add_weighted(batch, _in_rows(weights[start : start + _BATCH]))

    def merge(self, other: ExactMoments) -> None:
        """Take in the sums of another."""
        for mine, theirs in ((self._totals, other._totals), (self._squares, other._squares)):
            for exponent, amount in theirs.items():
                mine[exponent] = mine.get(exponent, 0) + amount
        if self.weighted is not None and other.weighted is not None:
            self.weighted.merge(other.weighted)

    @property
    def total(self) -> ExactSum:
        """Sum of the numbers."""
        return add(scaled(amount, exponent) for exponent, amount in self._totals.items())

    @property
    def squares(self) -> ExactSum:
        """Sum of their squares."""
        return add(scaled(amount, exponent) for exponent, amount in self._squares.items())

    def _add_weighted(self, batch: np.ndarray, weights: np.ndarray) -> None:
        parts = [(place, part) for place, part in _cut_integers(weights, _WEIGHTED_BITS) if part.any()]
        for base, slices in _windows(batch, _WEIGHTED_BITS):
            for place, part in parts:
                self._take(slices, _WEIGHTED_BITS, base, _WEIGHTED_BITS * place, part)

    def _take(
        self, slices: Slices, width: int, base: int, weight_exponent: int = 0, weights: np.ndarray | None = None
    ) -> None:
        """Add the sums of a batch whose slices count in units of ``2 ** (base + width * place)``."""
        for index, (place, part) in enumerate(slices):
            heavy = part if weights is None else part * weights
            _count(self._totals, base + width * place + weight_exponent, heavy.sum(axis=1))
            for lower, other in slices[index:]:
                exponent = 2 * base + width * (place + lower) + weight_exponent
                # Few calls on much data: other threads can work meanwhile.
                _count(self._squares, exponent + (lower != place), np.vecdot(heavy, other))


def _in_rows(numbers: np.ndarray) -> np.ndarray:
    """The numbers in rows of equal length, the last one filled up with zeros; they change no sum."""
    rows = -(-numbers.size // _ROW)
    if rows * _ROW == numbers.size:
        return numbers.reshape(rows, _ROW)
    width = _ROW if rows > 1 else numbers.size
    filled = np.zeros(rows * width, dtype=numbers.dtype)
    filled[: numbers.size] = numbers
    return filled.reshape(rows, width)


def _count(sums: dict[int, int], exponent: int, amounts: np.ndarray) -> None:
    amount = sum(map(int, amounts.tolist()))
    if amount:
        sums[exponent] = sums.get(exponent, 0) + amount


def _windows(batch: np.ndarray, width: int) -> Iterator[tuple[int, Slices]]:
    """The numbers of a batch, zero where they are of another range of exponents: base exponent and slices."""
    largest = max(abs(int(batch.max())), abs(int(batch.min()))) if batch.dtype.kind in "iu" else 0
    if largest >> _FLOAT_BITS:
        yield 0, [part for part in _cut_integers(batch, width) if part[1].any()]
        return
    numbers = batch if batch.dtype == np.float64 else SCRATCH.copy("numbers", batch)
    top = math.frexp(max(float(numbers.max()), -float(numbers.min())))[1]
    if abs(top) < _SAFE_EXPONENT:
        slices, is_whole = _cut(numbers, top, width)
        if is_whole:
            yield 0, slices
            return
    windows = np.frexp(numbers)[1] // _WINDOW
    for window in np.unique(windows[numbers != 0]).tolist():
        base = window * _WINDOW
        slices, _ = _cut(np.ldexp(np.where(windows == window, numbers, 0.0), -base), _WINDOW, width)
        yield base, slices


def _cut(numbers: np.ndarray, top: int, width: int) -> tuple[Slices, bool]:
    """Slices of numbers below ``2 ** top``, good until the next call, and whether they are all of the numbers."""
    slices: Slices = []
    rest = numbers
    left = SCRATCH.array("rest", numbers.size).reshape(numbers.shape)
    place = (top - 1) // width
    for index in range((_WINDOW + _FLOAT_BITS) // width + 2):
        # Numbers near 1.5 * 2 ** 52 units have a distance of one unit, so that adding rounds to whole units.
        rounder = math.ldexp(1.5, width * place + 52)
        part = SCRATCH.array("slice", numbers.size, index=index).reshape(numbers.shape)
        np.add(rest, rounder, out=part)
        part -= rounder
        rest = np.subtract(rest, part, out=left)
        part *= math.ldexp(1.0, -width * place)
        slices.append((place, part))
        if rest[0, 0] == 0 and not rest.any():
            return slices, True
        place -= 1
    return slices, False


def _cut_integers(numbers: np.ndarray, width: int) -> Slices:
    """Slices of integers of 64 bits; the highest one has the sign."""
    places = -(-64 // width)
    mask = numbers.dtype.type((1 << width) - 1)
    parts = [numbers >> numbers.dtype.type(width * place) for place in range(places)]
    lower = [part & mask for part in parts[:-1]]
    return [(place, part.astype(np.float64)) for place, part in enumerate([*lower, parts[-1]])]
