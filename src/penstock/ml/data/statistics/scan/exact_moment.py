"""Exact sums of numbers, of their squares and of both times a weight, at the speed of vector arithmetic.

A block of numbers is cut into slices: the first holds the leading bits of all of them on one grid, the next the bits
below, until nothing is left. A slice is so narrow that sums of its numbers, and of products with those of another
slice, are integers that float64 holds exactly; so no order of additions changes them. (The extraction is that of
Rump, Ogita and Oishi, "Accurate floating-point summation, part I", SIAM J. Sci. Comput. 31(1), 2008.)
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from penstock.ml.data.statistics.exact_sum import add, scaled
from penstock.ml.data.statistics.state import ExactSum

_BLOCK = 1 << 13
_BITS = 19  # 2 * 19 bits of a product and 13 of a block's size fit the 53 of a float64
_WEIGHTED_BITS = 12  # so do 3 * 12 and 13
_WINDOW = 228  # a multiple of both
_FLOAT_BITS = 53
_SAFE_EXPONENT = 300
"""Below 2 ** 300 and above 2 ** -300 neither the grid nor its inverse leaves the range of a float64."""

_ONES = np.ones(_BLOCK)

Slices = list[tuple[int, np.ndarray]]
"""Numbers as a sum: the part of place ``j`` counts in units of ``2 ** (width * j)``."""


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
        for start in range(0, numbers.size, _BLOCK):
            block = numbers[start : start + _BLOCK]
            for base, _, slices in _windows(block, _BITS):
                self._take(slices, _BITS, base)
            if self.weighted is not None and weights is not None:
                self.weighted._add_weighted(block, weights[start : start + _BLOCK])

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

    def _add_weighted(self, block: np.ndarray, weights: np.ndarray) -> None:
        parts = [(place, part) for place, part in _cut_integers(weights, _WEIGHTED_BITS) if part.any()]
        for base, chosen, slices in _windows(block, _WEIGHTED_BITS):
            for place, part in parts:
                self._take(slices, _WEIGHTED_BITS, base, _WEIGHTED_BITS * place, part[chosen])

    def _take(
        self, slices: Slices, width: int, base: int, weight_exponent: int = 0, weights: np.ndarray | None = None
    ) -> None:
        """Add the sums of a block whose slices count in units of ``2 ** (base + width * place)``."""
        for index, (place, part) in enumerate(slices):
            heavy = part if weights is None else part * weights
            _count(self._totals, base + width * place + weight_exponent, heavy.dot(_ONES[: heavy.size]))
            for lower, other in slices[index:]:
                exponent = 2 * base + width * (place + lower) + weight_exponent
                product = heavy.dot(other)
                _count(self._squares, exponent, product if lower == place else 2 * product)


def _count(sums: dict[int, int], exponent: int, amount: float) -> None:
    if amount:
        sums[exponent] = sums.get(exponent, 0) + int(amount)


def _windows(block: np.ndarray, width: int) -> Iterator[tuple[int, np.ndarray | slice, Slices]]:
    """The numbers of a block by range of exponents: base exponent, which numbers, their slices."""
    largest = max(abs(int(block.max())), abs(int(block.min()))) if block.dtype.kind in "iu" else 0
    if largest >> _FLOAT_BITS:
        yield 0, slice(None), [part for part in _cut_integers(block, width) if part[1].any()]
        return
    numbers = np.asarray(block, dtype=np.float64)
    top = math.frexp(max(float(numbers.max()), -float(numbers.min())))[1]
    if abs(top) < _SAFE_EXPONENT:
        slices, is_whole = _cut(numbers, top, width)
        if is_whole:
            yield 0, slice(None), slices
            return
    windows = np.frexp(numbers)[1] // _WINDOW
    for window in np.unique(windows[numbers != 0]).tolist():
        chosen = windows == window
        base = window * _WINDOW
        slices, _ = _cut(np.ldexp(numbers[chosen], -base), _WINDOW, width)
        yield base, chosen, slices


def _cut(numbers: np.ndarray, top: int, width: int) -> tuple[Slices, bool]:
    """Slices of numbers below ``2 ** top``, and whether they are all of the numbers."""
    slices: Slices = []
    rest = numbers
    place = (top - 1) // width
    for _ in range((_WINDOW + _FLOAT_BITS) // width + 2):
        # Numbers near 1.5 * 2 ** 52 units have a distance of one unit, so that adding rounds to whole units.
        unit = math.ldexp(1.0, width * place)
        rounder = unit * (1.5 * 2**52)
        part = rest + rounder
        part -= rounder
        rest = rest - part
        part *= math.ldexp(1.0, -width * place)
        slices.append((place, part))
        if rest[0] == 0 and not rest.any():
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
