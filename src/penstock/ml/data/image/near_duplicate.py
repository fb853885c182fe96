"""Pairs of perceptual hashes that differ in few bits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from penstock.core.error import DataError
from penstock.ml.data.image.image_hash import HASH_BYTES, MAX_DISTANCE

if TYPE_CHECKING:
    from numpy.typing import NDArray

Hash = bytes | str | None
"""The bytes of `perceptual_hash`, the same as hexadecimal digits, or None where there is none."""

_BLOCK_PAIRS = 1 << 18


def near_duplicates(hashes: Iterable[Hash], max_distance: int = MAX_DISTANCE) -> NDArray[np.int64]:
    """All pairs of hashes that differ in few bits.

    Every pair is compared: 10,000 hashes take a fraction of a second, 100,000 about half a minute. Among very many
    copies of one image the pairs are very many, too; `nearest_hashes` stays small.

    Parameters
    ----------
    hashes : iterable of bytes, str or None
        As `perceptual_hash` gives them, or as hexadecimal digits; None is like nothing.
    max_distance : int
        Bits that may differ.

    Returns
    -------
    ndarray of int64, shape (n_pairs, 3)
        Positions of both, the smaller first, and the number of differing bits; ordered by the positions.

    Raises
    ------
    DataError
        If something is no hash.

    Examples
    --------
    >>> near_duplicates([bytes(16), bytes([255] * 16), None, "00" * 15 + "03"]).tolist()
    [[0, 3, 2]]
    """
    words, rows = _words(hashes)
    found = [np.empty((0, 3), np.int64)]
    size = max(1, _BLOCK_PAIRS // max(1, len(words)))
    for start in range(0, len(words), size):
        block = _distances(words[start : start + size], words[start:])
        left, right = np.nonzero(block <= max_distance)
        is_pair = left < right
        left, right = left[is_pair], right[is_pair]
        found.append(np.column_stack([rows[start + left], rows[start + right], block[left, right]]))
    return np.concatenate(found)


def nearest_hashes(hashes: Iterable[Hash], among: Iterable[Hash]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The most alike hash of another collection for each hash, for instance the training image nearest to a test image.

    Parameters
    ----------
    hashes, among : iterable of bytes, str or None
        See `near_duplicates`.

    Returns
    -------
    positions : ndarray of int64, shape (n_hashes,)
        In ``among``, the first of equals; -1 where there is no hash on either side.
    distances : ndarray of int64, shape (n_hashes,)
        Bits that differ; 129 where the position is -1.

    Raises
    ------
    DataError
        If something is no hash.

    Examples
    --------
    >>> positions, distances = nearest_hashes([bytes(16), None], [bytes([255] * 16), "01" * 16])
    >>> positions.tolist(), distances.tolist()
    ([1, -1], [16, 129])
    """
    listed = list(hashes)
    words, rows = _words(listed)
    others, other_rows = _words(among)
    positions = np.full(len(listed), -1, np.int64)
    distances = np.full(len(listed), 8 * HASH_BYTES + 1, np.int64)
    size = max(1, _BLOCK_PAIRS // max(1, len(others)))
    for start in range(0, len(words) if len(others) else 0, size):
        block = _distances(words[start : start + size], others)
        best = block.argmin(axis=1)
        positions[rows[start : start + size]] = other_rows[best]
        distances[rows[start : start + size]] = block[np.arange(len(block)), best]
    return positions, distances


def _words(hashes: Iterable[Hash]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """The hashes as rows of two 64-bit words, without the missing ones, and where they stood."""
    present = [(row, _as_bytes(one)) for row, one in enumerate(hashes) if one is not None]
    words = np.frombuffer(b"".join(one for _, one in present), np.uint64).reshape(-1, HASH_BYTES // 8)
    return words, np.array([row for row, _ in present], np.int64)


def _as_bytes(one: bytes | str) -> bytes:
    try:
        found = bytes.fromhex(one) if isinstance(one, str) else bytes(one)
    except (TypeError, ValueError):
        found = b""
    if len(found) != HASH_BYTES:
        raise DataError(
            f"{one!r} is no perceptual hash of {HASH_BYTES} bytes",
            where="near-duplicates",
            fix="give what perceptual_hash gives, or its hexadecimal digits",
        )
    return found


def _distances(some: NDArray[np.uint64], others: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """Differing bits of each of the first with each of the second; 128 at most."""
    total = np.zeros((len(some), len(others)), np.uint8)
    for word in range(some.shape[1]):
        total += np.bitwise_count(some[:, None, word] ^ others[None, :, word])
    return total
