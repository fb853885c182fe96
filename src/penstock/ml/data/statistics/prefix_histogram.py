"""Counts of numbers as fine as a limit of bins allows: built from numbers, made coarser, merged.

The resolution follows from the set of distinct numbers alone, so that any order of rows, any partition and any number
of threads give the same histogram.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from penstock.core.error import DataError
from penstock.ml.data.statistics.float_key import keys_of, numbers_of, spread_of
from penstock.ml.data.statistics.state import MAX_BINS, Extent, PrefixHistogram

_LARGEST_SUM = float(1 << 62)


def of_numbers(
    numbers: np.ndarray,
    counts: np.ndarray | None = None,
    weights: np.ndarray | None = None,
    *,
    limit: int = MAX_BINS,
) -> PrefixHistogram:
    """The histogram of finite numbers.

    Parameters
    ----------
    numbers : ndarray of numbers, shape (n,)
        In any order; a number may repeat.
    counts : ndarray of int64, shape (n,), optional
        How often each occurs; once by default.
    weights : ndarray of int64, shape (n,), optional
        Sum of weights of each, in weight units.
    limit : int
        Bins at most, at least 2.

    Raises
    ------
    DataError
        If counts or weights are too large for an integer of 64 bits.
    """
    return of_keys(keys_of(numbers), counts, weights, limit=limit)


def of_keys(
    keys: np.ndarray,
    counts: np.ndarray | None = None,
    weights: np.ndarray | None = None,
    *,
    shift: int = 0,
    limit: int = MAX_BINS,
) -> PrefixHistogram:
    """The histogram of keys of numbers, or of bins at a given shift that is known not to be too coarse.

    Parameters
    ----------
    keys : ndarray of int64, shape (n,)
        `float_key.keys_of` numbers, shifted right by ``shift``; in any order, may repeat.
    counts, weights : ndarray of int64, shape (n,), optional
    shift : int
        What the keys were shifted by. It must be the canonical one at most.
    limit : int
    """
    if counts is None:
        counts = np.ones(keys.size, dtype=np.int64)
    order = np.argsort(keys, kind="stable")
    ordered = np.asarray(keys, dtype=np.int64)[order]
    fine = _grouped(
        PrefixHistogram(
            shift,
            ordered,
            np.asarray(counts, dtype=np.int64)[order],
            None if weights is None else np.asarray(weights, dtype=np.int64)[order],
        )
    )
    return fitted(fine, limit=limit)


def of_lengths(
    lengths: np.ndarray,
    counts: np.ndarray | None = None,
    weights: np.ndarray | None = None,
    *,
    limit: int = MAX_BINS,
) -> PrefixHistogram:
    """The histogram of whole numbers from 0 (lengths, sizes) that keeps their exact sum and ends where it is coarse.

    Parameters
    ----------
    lengths : ndarray of int64, shape (n,)
    counts, weights : ndarray of int64, shape (n,), optional
    limit : int
    """
    return _with_extent(of_numbers(lengths, counts, weights, limit=1 << 62), limit)


def fitted(histogram: PrefixHistogram, *, limit: int = MAX_BINS) -> PrefixHistogram:
    """The same with at most ``limit`` bins: at the smallest shift for which they suffice."""
    distances = np.sort(spread_of(histogram.bins))[::-1]
    if distances.size < limit:
        return histogram
    return coarsen(histogram, histogram.shift + int(distances[limit - 1]))


def coarsen(histogram: PrefixHistogram, shift: int) -> PrefixHistogram:
    """The same counts over the wider bins of a larger shift.

    Raises
    ------
    DataError
        If the shift is smaller than the histogram's own.
    """
    if shift == histogram.shift:
        return histogram
    if shift < histogram.shift:
        raise DataError(
            f"a histogram of shift {histogram.shift} has no bins of shift {shift}",
            where="prefix histogram",
            fix="bring both histograms to the larger shift",
        )
    bins = histogram.bins >> np.int64(shift - histogram.shift)
    return _grouped(PrefixHistogram(shift, bins, histogram.counts, histogram.weights, histogram.extent))


def merge_histograms(parts: Sequence[PrefixHistogram], *, limit: int = MAX_BINS) -> PrefixHistogram:
    """The histogram of all numbers of the parts; weights stay where every part that has numbers has them."""
    shift = max((part.shift for part in parts), default=0)
    level = [coarsen(part, shift) for part in parts]
    filled = [part for part in level if part.bins.size] or level[:1]
    weights = [part.weights for part in filled if part.weights is not None]
    return of_keys(
        np.concatenate([part.bins for part in filled]) if filled else np.empty(0, dtype=np.int64),
        np.concatenate([part.counts for part in filled]) if filled else None,
        np.concatenate(weights) if weights and len(weights) == len(filled) else None,
        shift=shift,
        limit=limit,
    )


def merge_lengths(parts: Sequence[PrefixHistogram], *, limit: int = MAX_BINS) -> PrefixHistogram:
    """As `merge_histograms`, for those of lengths."""
    merged = merge_histograms(parts, limit=limit)
    if merged.shift == 0:
        return merged
    extents = [extent for part in parts if (extent := extent_of(part)) is not None]
    weighted = [extent.weighted_total for extent in extents if extent.weighted_total is not None]
    whole = Extent(
        sum(extent.total for extent in extents),
        min(extent.minimum for extent in extents),
        max(extent.maximum for extent in extents),
        sum(weighted) if merged.weights is not None else None,
    )
    return PrefixHistogram(merged.shift, merged.bins, merged.counts, merged.weights, whole)


def extent_of(histogram: PrefixHistogram) -> Extent | None:
    """Sum, smallest and largest of lengths; None where there are none.

    Raises
    ------
    DataError
        If the histogram is coarse and was not made from lengths.
    """
    if histogram.extent is not None or not histogram.bins.size:
        return histogram.extent
    if histogram.shift:
        raise DataError(
            "the exact sum of the lengths was not kept", where="prefix histogram", fix="compute the statistics again"
        )
    lengths = [int(length) for length in numbers_of(histogram.bins)]
    weighted = None
    if histogram.weights is not None:
        weighted = _dot(lengths, histogram.weights)
    return Extent(_dot(lengths, histogram.counts), lengths[0], lengths[-1], weighted)


def total(histogram: PrefixHistogram) -> int:
    """How many numbers it holds."""
    return int(histogram.counts.sum())


def total_weight(histogram: PrefixHistogram) -> int:
    """Sum of the weights, in weight units; 0 without weights."""
    return 0 if histogram.weights is None else int(histogram.weights.sum())


def _dot(lengths: list[int], counts: np.ndarray) -> int:
    return sum(length * count for length, count in zip(lengths, counts.tolist(), strict=True))


def _with_extent(exact: PrefixHistogram, limit: int) -> PrefixHistogram:
    coarse = fitted(exact, limit=limit)
    if coarse.shift == 0:
        return coarse
    return PrefixHistogram(coarse.shift, coarse.bins, coarse.counts, coarse.weights, extent_of(exact))


def _grouped(histogram: PrefixHistogram) -> PrefixHistogram:
    """Equal neighbours as one bin; bins without numbers go."""
    bins = histogram.bins
    if not bins.size:
        return histogram
    starts = np.flatnonzero(np.concatenate(([True], bins[1:] != bins[:-1])))
    counts = _sums(histogram.counts, starts)
    weights = None if histogram.weights is None else _sums(histogram.weights, starts)
    kept = counts > 0
    return PrefixHistogram(
        histogram.shift,
        bins[starts][kept],
        counts[kept],
        None if weights is None else weights[kept],
        histogram.extent,
    )


def _sums(values: np.ndarray, starts: np.ndarray) -> np.ndarray:
    if float(np.abs(values.astype(np.float64)).sum()) > _LARGEST_SUM:
        raise DataError(
            "the counts or weights of a column are too large for an integer of 64 bits",
            where="prefix histogram",
            fix="scale the weights down",
        )
    return np.add.reduceat(values, starts)
