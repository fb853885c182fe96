"""The brightness of an image as a small grid of exact sums, from which the hash is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

GRID = 72
"""Cells along each side; 8 and 9 divide it, so that both grids of the hash come from one pass."""

RED, GREEN, BLUE = 299, 587, 114
"""Shares of the colours in brightness, in thousandths (Rec. 601)."""

_STRIP_PIXELS = 1 << 19


def luma_cells(pixels: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Sums of brightness over a grid of equal areas, exactly.

    Brightness counts in thousandths. A pixel that lies in two cells counts in both by its parts; to keep whole
    numbers, every part is multiplied by `GRID` along each side. So each cell weighs as many pixels as the image has.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (height, width, 3)

    Returns
    -------
    ndarray of int64, shape (GRID, GRID)
    """
    width = max(1, _STRIP_PIXELS // pixels.shape[0])
    strips = [_along(_luma(pixels[:, start : start + width])) for start in range(0, pixels.shape[1], width)]
    return _along(np.concatenate(strips, axis=1).T).T


def _luma(pixels: NDArray[np.uint8]) -> NDArray[np.int64]:
    red, green, blue = (pixels[:, :, channel].astype(np.int64) for channel in range(3))
    return RED * red + GREEN * green + BLUE * blue


def _along(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Sums over equal parts of the first axis, times `GRID`."""
    length = values.shape[0]
    whole, part = np.divmod(np.arange(GRID + 1) * length, GRID)
    # sums[i]: the first i; at the far end there is no next one, and no part of it either.
    sums = np.zeros((length + 1, values.shape[1]), np.int64)
    np.cumsum(values, axis=0, out=sums[1:])
    edges: NDArray[np.int64] = GRID * sums[whole] + part[:, None] * values[np.minimum(whole, length - 1)]
    return np.diff(edges, axis=0)
