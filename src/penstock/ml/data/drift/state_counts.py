"""The texts of two data sets from their mergeable states: all of them, or what both sides know of the same values.

Three kinds of values are told apart. Texts that are short, or all where neither side had to sample: their counts are
exact on both sides. Texts by the states' own sampling, which stand for ``2 ** level`` each. And where there are still
very many, the rare ones among them are thinned once more by a hash, for speed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from penstock.ml.data.drift.common_counts import CommonCounts
from penstock.ml.data.drift.text_mix import mixed
from penstock.ml.data.statistics.state import WEIGHT_UNITS, TextState
from penstock.ml.data.statistics.text_hash import probe
from penstock.ml.data.statistics.value_sample import cells_of, coarsen_sample

ENOUGH = 1 << 14
"""Values that are compared one by one; of more, about so many are drawn."""

FREQUENT = 1 << 10
"""A value with more than this part of a side's rows is never left out."""


@dataclass(frozen=True)
class _Side:
    """Values of one data set: shape (n,) each; ``scale`` as in `CommonCounts`."""

    values: pa.Array
    counts: np.ndarray
    scale: np.ndarray

    def take(self, kept: np.ndarray) -> _Side:
        return _Side(self.values.filter(pa.array(kept)), self.counts[kept], self.scale[kept])


def is_comparable(a: TextState, b: TextState) -> bool:
    """Whether both states count all texts, or sample them by one hash function that can be had."""
    samples = (a.sample, b.sample)
    if a.sample.level == b.sample.level and a.sample.probe == b.sample.probe:
        return True  # nothing to be hashed
    return all(sample.level == 0 or sample.probe in (None, probe()) for sample in samples)


def counts_of_states(
    a: TextState, b: TextState, totals: tuple[float, float], *, is_weighted: bool = False
) -> CommonCounts | None:
    """Counts of all values, or of a sample of them.

    Parameters
    ----------
    a, b : TextState
    totals : tuple of float
        Of all values on each side.
    is_weighted : bool
        Take weights for counts; both sides must have them.

    Returns
    -------
    CommonCounts or None
        None where a side knows no values.

    Raises
    ------
    DataError
        If the states are samples by different hash functions (`is_comparable`).
    """
    level = max(a.sample.level, b.sample.level)
    shortest = min(_exact_bytes(a), _exact_bytes(b))
    first, second = (_known(side, level, shortest, is_weighted) for side in (a, b))
    if not (first.counts.size and second.counts.size):
        return None
    first, second, bits = _thinned(first, second, totals)
    place = np.asarray(pc.index_in(second.values, value_set=first.values).fill_null(-1))
    is_new = place < 0
    matched = np.zeros(first.counts.size)
    matched[place[~is_new]] = second.counts[~is_new]
    others = second.take(is_new)
    return CommonCounts(
        pa.concat_arrays([first.values, others.values]),
        np.concatenate((first.counts, np.zeros(others.counts.size))),
        np.concatenate((matched, others.counts)),
        totals,
        np.concatenate((first.scale, others.scale)),
        _basis(level, bits),
        (_cells(a), _cells(b)) if level and not is_weighted else None,
    )


def _cells(state: TextState) -> np.ndarray:
    cells = state.cells if state.cells is not None else cells_of(state.sample.values, state.sample.counts)
    return cells.astype(np.float64)


def _exact_bytes(state: TextState) -> int:
    """Up to so many bytes every text's count is exact."""
    if state.sample.level == 0:
        return 1 << 62
    return state.short.max_bytes if state.short is not None else -1


def _known(state: TextState, level: int, shortest: int, is_weighted: bool) -> _Side:
    if level == 0:
        return _side(state.sample.values, state.sample.counts, state.sample.weights, 1, is_weighted)
    # Among texts short enough nothing was sampled; the others count by the sample alone.
    sample = coarsen_sample(state.sample, level)
    is_long = np.asarray(pc.greater(pc.binary_length(sample.values), min(shortest, 1 << 30)))
    drawn = _side(sample.values, sample.counts, sample.weights, 1 << level, is_weighted).take(is_long)
    source = state.sample if state.short is None else state.short
    is_short = np.asarray(pc.less_equal(pc.binary_length(source.values), min(shortest, 1 << 30)))
    exact = _side(source.values, source.counts, source.weights, 1, is_weighted).take(is_short)
    return _Side(
        pa.concat_arrays([exact.values, drawn.values]),
        np.concatenate((exact.counts, drawn.counts)),
        np.concatenate((exact.scale, drawn.scale)),
    )


def _side(values: pa.Array, counts: np.ndarray, weights: np.ndarray | None, scale: int, is_weighted: bool) -> _Side:
    masses = weights / WEIGHT_UNITS if is_weighted and weights is not None else counts.astype(np.float64)
    return _Side(values, masses, np.full(masses.size, float(scale)))


def _thinned(a: _Side, b: _Side, totals: tuple[float, float]) -> tuple[_Side, _Side, int]:
    """Both sides without most of their rare values, and of how many bits' worth."""
    most = max(a.counts.size, b.counts.size)
    if most <= 2 * ENOUGH:
        return a, b, 0
    bits = math.ceil(math.log2(most / ENOUGH))
    mixes = mixed(a.values), mixed(b.values)
    frequent = np.unique(
        np.concatenate(
            [mix[side.counts * FREQUENT > total] for mix, side, total in zip(mixes, (a, b), totals, strict=True)]
        )
    )
    first, second = (_drawn(side, mix, frequent, bits) for side, mix in zip((a, b), mixes, strict=True))
    return first, second, bits


def _drawn(side: _Side, mix: np.ndarray, frequent: np.ndarray, bits: int) -> _Side:
    is_frequent = np.zeros(mix.size, dtype=bool)
    if frequent.size:
        place = np.minimum(np.searchsorted(frequent, mix), frequent.size - 1)
        is_frequent = frequent[place] == mix
    is_kept = (mix >> np.uint64(64 - bits)) == 0
    scale = np.where(is_frequent, side.scale, side.scale * (1 << bits))
    return replace(side, scale=scale).take(is_kept | is_frequent)


def _basis(level: int, bits: int) -> str:
    if level + bits == 0:
        return ""
    rest = f"a sample of 1 in {1 << (level + bits):,}"
    return f"the {'short' if level else 'frequent'} values and {rest} of the others"
