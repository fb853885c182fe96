"""Sums of products of two columns of numbers without rounding, at the speed of vector arithmetic."""

from __future__ import annotations

import numpy as np

from penstock.ml.data.statistics.exact_sum import add, scaled
from penstock.ml.data.statistics.state import ExactSum

_DIGITS = 53
_LOW_BITS = 27
_HALF_BITS = 32


def sum_of_products(first: np.ndarray, second: np.ndarray) -> ExactSum:
    """Sum of ``first * second``.

    Parameters
    ----------
    first, second : ndarray of float64, shape (n,)
        Finite; n below 2 ** 30.
    """
    mantissas, exponents = zip(*map(_split, (first, second)), strict=True)
    scale, place = np.unique(exponents[0] + exponents[1], return_inverse=True)
    (high_a, low_a), (high_b, low_b) = (_halves(mantissa) for mantissa in mantissas)
    parts = (
        (2 * _LOW_BITS, high_a * high_b),
        (_LOW_BITS, high_a * low_b),
        (_LOW_BITS, low_a * high_b),
        (0, low_a * low_b),
    )
    return add(
        scaled(amount, int(exponent) + shift - 2 * _DIGITS)
        for shift, products in parts
        for exponent, amount in zip(scale, _grouped(products, place, scale.size), strict=True)
    )


def _split(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Whole mantissas of 53 bits, and exponents."""
    mantissas, exponents = np.frexp(numbers)
    return np.ldexp(mantissas, _DIGITS).astype(np.int64), exponents.astype(np.int64)


def _halves(mantissas: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Upper bits with the sign, and the lower ones: products of any two stay below 2 ** 54."""
    return mantissas >> _LOW_BITS, mantissas & ((1 << _LOW_BITS) - 1)


def _grouped(products: np.ndarray, place: np.ndarray, size: int) -> list[int]:
    """Sums by place; halves of 32 bits do not overflow."""
    high, low = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    np.add.at(high, place, products >> _HALF_BITS)
    np.add.at(low, place, products & ((1 << _HALF_BITS) - 1))
    return [(above << _HALF_BITS) + below for above, below in zip(high.tolist(), low.tolist(), strict=True)]
