"""Histograms of numbers and of lengths that stay within their limit while batches come in."""

from __future__ import annotations

import numpy as np

from penstock.ml.data.statistics.float_key import keys_of
from penstock.ml.data.statistics.prefix_histogram import fitted, merge_histograms
from penstock.ml.data.statistics.scan.scratch import SCRATCH
from penstock.ml.data.statistics.scan.tally import Tally, tally
from penstock.ml.data.statistics.state import MAX_BINS, Extent, PrefixHistogram

_PENDING = 8
_WAITING = 2
_MAGNITUDE = np.int64(0x7FFF_FFFF_FFFF_FFFF)


class KeyCounter:
    """The histogram of all numbers so far.

    Its resolution is the canonical one of what it holds, which is never coarser than that of the whole; so batches
    may be counted at the resolution reached before them.

    Parameters
    ----------
    limit : int
        Bins at most.
    is_weighted : bool
    """

    def __init__(self, *, limit: int = MAX_BINS, is_weighted: bool = False) -> None:
        none = np.empty(0, dtype=np.int64)
        self._parts = [PrefixHistogram(0, none, none, none if is_weighted else None)]
        self._limit = limit

    def count(self, numbers: np.ndarray, weights: np.ndarray | None = None) -> PrefixHistogram:
        """Histogram of a batch of finite numbers, to be taken in; changes nothing."""
        shift = self._parts[0].shift
        return PrefixHistogram(shift, *_tally_bins(numbers, shift, weights))

    def take(self, part: PrefixHistogram) -> None:
        """Take in what was counted."""
        self._parts.append(part)
        # The first batch tells a resolution for those that follow; later ones are merged several at a time.
        waiting = sum(each.bins.size for each in self._parts[1:])
        if not self._parts[0].bins.size or len(self._parts) > _PENDING or waiting > _WAITING * self._limit:
            self._parts = [self.histogram]

    @property
    def histogram(self) -> PrefixHistogram:
        """What was taken in so far."""
        parts = [part for part in self._parts if part.bins.size] or self._parts[:1]
        return fitted(parts[0], limit=self._limit) if len(parts) == 1 else merge_histograms(parts, limit=self._limit)


class LengthCounter:
    """The histogram of all lengths (whole numbers from 0) so far, with their exact sum where it is coarse."""

    def __init__(self, *, limit: int = MAX_BINS, is_weighted: bool = False) -> None:
        self._keys = KeyCounter(limit=limit, is_weighted=is_weighted)
        self._extent: Extent | None = None

    def take(self, lengths: Tally) -> None:
        """Take in lengths as `tally` counts them."""
        distinct, counts, weights = lengths
        if not distinct.size:
            return
        self._keys.take(PrefixHistogram(0, keys_of(distinct), counts, weights))
        part = Extent(
            _dot(distinct, counts),
            int(distinct[0]),
            int(distinct[-1]),
            None if weights is None else _dot(distinct, weights),
        )
        self._extent = part if self._extent is None else _joined(self._extent, part)

    @property
    def histogram(self) -> PrefixHistogram:
        """What was taken in so far."""
        found = self._keys.histogram
        extent = self._extent if found.shift else None
        return PrefixHistogram(found.shift, found.bins, found.counts, found.weights, extent)


def _tally_bins(numbers: np.ndarray, shift: int, weights: np.ndarray | None) -> Tally:
    """Tally of the keys of numbers shifted right: of magnitudes, which lie closer to each other than keys do."""
    plain = SCRATCH.array("bits", numbers.size)
    # Adding 0.0 turns -0.0 into 0.0.
    bits = np.add(numbers, 0.0, out=plain).view(np.int64)
    is_negative = bits < 0
    bits &= _MAGNITUDE
    bits >>= np.int64(shift)
    if not is_negative.any():
        return tally(bits, None, weights, may_overwrite=True)
    bits <<= np.int64(1)
    bits |= is_negative
    doubled, counts, sums = tally(bits, None, weights, may_overwrite=True)
    # The key of a negative number is the complement of its magnitude, and so are their bins.
    magnitudes = (doubled >> np.int64(1)) & _MAGNITUDE
    bins = np.where(doubled & 1, ~magnitudes, magnitudes)
    order = np.argsort(bins)
    return bins[order], counts[order], None if sums is None else sums[order]


def _dot(lengths: np.ndarray, amounts: np.ndarray) -> int:
    return sum(length * amount for length, amount in zip(lengths.tolist(), amounts.tolist(), strict=True))


def _joined(a: Extent, b: Extent) -> Extent:
    weighted = None
    if a.weighted_total is not None and b.weighted_total is not None:
        weighted = a.weighted_total + b.weighted_total
    return Extent(a.total + b.total, min(a.minimum, b.minimum), max(a.maximum, b.maximum), weighted)
