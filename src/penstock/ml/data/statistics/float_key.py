"""Float64 numbers as integers in the same order, so that leading bits are intervals of numbers."""

from __future__ import annotations

import numpy as np

_FLIP = np.int64(0x7FFF_FFFF_FFFF_FFFF)
_LARGEST = np.int64(0x7FEF_FFFF_FFFF_FFFF)
"""Key of the largest finite number."""


def keys_of(numbers: np.ndarray) -> np.ndarray:
    """Keys of finite numbers.

    Parameters
    ----------
    numbers : ndarray of numbers, shape (n,)
        -0.0 counts as 0.0.

    Returns
    -------
    ndarray of int64, shape (n,)
        The bits as a signed integer, those of negative numbers flipped.

    Examples
    --------
    >>> keys_of(np.array([-5e-324, -0.0, 0.0, 5e-324])).tolist()
    [-2, 0, 0, 1]
    """
    # Adding 0.0 turns -0.0 into 0.0.
    bits = (np.asarray(numbers, dtype=np.float64) + 0.0).view(np.int64)
    return np.where(bits < 0, bits ^ _FLIP, bits)


def numbers_of(keys: np.ndarray) -> np.ndarray:
    """Numbers of keys; beyond the finite ones the largest and the smallest finite number.

    Returns
    -------
    ndarray of float64, shape (n,)
        The key -1 gives 0.0, as 0 does.
    """
    inside = np.clip(np.asarray(keys, dtype=np.int64), ~_LARGEST, _LARGEST)
    return np.where(inside < 0, inside ^ _FLIP, inside).view(np.float64) + 0.0


def bounds_of(bins: np.ndarray, shift: int) -> tuple[np.ndarray, np.ndarray]:
    """The smallest and the largest number of each bin, both inside.

    Parameters
    ----------
    bins : ndarray of int64, shape (n,)
        Keys shifted right by ``shift``.
    shift : int
        0 to 63.
    """
    lows = np.left_shift(np.asarray(bins, dtype=np.int64), shift)
    return numbers_of(lows), numbers_of(lows | np.int64((1 << shift) - 1))


def spread_of(bins: np.ndarray) -> np.ndarray:
    """By how many bits each two neighbours must be shifted right to become one: bit lengths of their differences.

    Parameters
    ----------
    bins : ndarray of int64, shape (n,)

    Returns
    -------
    ndarray of int64, shape (n - 1,)
        1 to 64; 0 for equal neighbours.
    """
    return bit_lengths((bins[:-1] ^ bins[1:]).view(np.uint64))


def bit_lengths(numbers: np.ndarray) -> np.ndarray:
    """Bits of each number without its leading zeros.

    Parameters
    ----------
    numbers : ndarray of uint64, shape (n,)

    Returns
    -------
    ndarray of int64, shape (n,)
        0 to 64.
    """
    high, low = numbers >> np.uint64(32), numbers & np.uint64(0xFFFF_FFFF)
    # frexp of an integer below 2 ** 53 gives its bit length.
    lengths = np.where(high > 0, 32 + np.frexp(high.astype(np.float64))[1], np.frexp(low.astype(np.float64))[1])
    return np.asarray(lengths, dtype=np.int64)
