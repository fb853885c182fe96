"""Sums of numbers without rounding, and the mean and deviation they give, each rounded once."""

from __future__ import annotations

import math
from collections.abc import Iterable

from penstock.ml.data.statistics.state import ExactSum

_BITS = 64
"""Leading bits of a square root before it is rounded: more than a float64 and its guard bits need."""


def scaled(mantissa: int, exponent: int) -> ExactSum:
    """``mantissa * 2 ** exponent`` in canonical form.

    Examples
    --------
    >>> scaled(12, -2)
    ExactSum(mantissa=3, exponent=0)
    """
    if mantissa == 0:
        return ExactSum()
    zeros = (mantissa & -mantissa).bit_length() - 1
    return ExactSum(mantissa >> zeros, exponent + zeros)


def add(terms: Iterable[ExactSum]) -> ExactSum:
    """Sum of any number of terms, in any order."""
    # One running integer per exponent keeps the integers short until the end.
    mantissas: dict[int, int] = {}
    for term in terms:
        mantissas[term.exponent] = mantissas.get(term.exponent, 0) + term.mantissa
    if not mantissas:
        return ExactSum()
    lowest = min(mantissas)
    return scaled(sum(mantissa << (exponent - lowest) for exponent, mantissa in mantissas.items()), lowest)


def mean(total: ExactSum, count: int) -> float:
    """Total over count, rounded once.

    Parameters
    ----------
    total : ExactSum
    count : int
        At least 1; or a sum of weights, where the total is weighted in the same unit.
    """
    numerator, denominator = _ratio(total)
    return quotient(numerator, denominator * count)


def standard_deviation(total: ExactSum, squares: ExactSum, count: int) -> float:
    """Deviation of the population, rounded once; there is no cancellation.

    Parameters
    ----------
    total, squares : ExactSum
        Of the numbers and of their squares.
    count : int
        At least 1; or a sum of weights, where both totals are weighted in the same unit.
    """
    numerator, denominator = _ratio(total)
    square, square_denominator = _ratio(squares)
    variance = square * count * denominator * denominator - numerator * numerator * square_denominator
    # Sums of integers that were rounded on their way here could fall below by their last digit.
    return square_root(max(variance, 0), square_denominator * denominator * denominator * count * count)


def quotient(numerator: int, denominator: int) -> float:
    """The nearest float64 to a fraction, an infinity beyond the largest."""
    try:
        return numerator / denominator
    except OverflowError:
        return math.inf if (numerator < 0) == (denominator < 0) else -math.inf


def square_root(numerator: int, denominator: int) -> float:
    """The nearest float64 to the square root of a fraction from 0 up."""
    if numerator == 0:
        return 0.0
    shift = max(0, _BITS + (denominator.bit_length() - numerator.bit_length()) // 2 + 1)
    scaled_up, remainder = divmod(numerator << (2 * shift), denominator)
    root = math.isqrt(scaled_up)
    # The last bit says that something is left over, so that a tie is never taken for one.
    is_inexact = remainder != 0 or root * root != scaled_up
    return quotient((root << 1) | is_inexact, 1 << (shift + 1))


def _ratio(term: ExactSum) -> tuple[int, int]:
    if term.exponent >= 0:
        return term.mantissa << term.exponent, 1
    return term.mantissa, 1 << -term.exponent
