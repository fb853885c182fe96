"""Exact counts of texts, of all of them or of those that a hash picks: built, made coarser, merged, read.

Which texts are kept follows from the set of distinct texts alone, so that any order of rows and any partition give
the same sample.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from penstock.core.error import DataError
from penstock.ml.data.statistics.float_key import bit_lengths
from penstock.ml.data.statistics.state import CELLS, MAX_VALUES, ValueSample
from penstock.ml.data.statistics.text_hash import hashes_of, probe

_ALL_VALUES = 1 << 24
_WHERE = "value sample"


def value_limit(num_features: int) -> int:
    """Values of each feature's sample at most, so that many features stay in bounded memory.

    Parameters
    ----------
    num_features : int
        Features of the data set with a `TextState` or a `BytesState`.

    Examples
    --------
    >>> value_limit(20), value_limit(5000)
    (131072, 3355)
    """
    return min(MAX_VALUES, max(1024, _ALL_VALUES // max(num_features, 1)))


def of_counts(
    values: pa.Array, counts: np.ndarray, weights: np.ndarray | None = None, *, limit: int = MAX_VALUES
) -> ValueSample:
    """The sample of texts that were all counted.

    Parameters
    ----------
    values : pyarrow.StringArray, shape (n,)
        In any order, each as `long_text` writes it; a value may repeat.
    counts : ndarray of int64, shape (n,)
    weights : ndarray of int64, shape (n,), optional
        In weight units.
    limit : int
        Values at most.
    """
    return fitted(ValueSample(0, *grouped(values, counts, weights)), limit=limit)


def fitted(sample: ValueSample, *, limit: int = MAX_VALUES) -> ValueSample:
    """The same with at most ``limit`` values: at the smallest level for which they suffice."""
    if len(sample.values) <= limit:
        return sample
    zeros = _leading_zeros(hashes_of(sample.values))
    # The level is the smallest of which at most `limit` values have so many leading zero bits.
    level = int(np.sort(zeros)[::-1][limit]) + 1
    return _taken(sample, level, zeros >= level)


def coarsen_sample(sample: ValueSample, level: int) -> ValueSample:
    """The counts of those texts alone whose hash begins with ``level`` zero bits.

    Raises
    ------
    DataError
        If the level is below the sample's own, or the sample was made with another hash function.
    """
    if level == sample.level:
        return sample
    if level < sample.level:
        raise DataError(
            f"a sample of level {sample.level} lacks values of level {level}",
            where=_WHERE,
            fix="bring both samples to the larger level",
        )
    check_probe([sample])
    return _taken(sample, level, _leading_zeros(hashes_of(sample.values)) >= level)


def merge_samples(parts: Sequence[ValueSample], *, limit: int = MAX_VALUES) -> ValueSample:
    """The sample of all texts of the parts; weights stay where every part that has texts has them.

    Raises
    ------
    DataError
        If a part was made with another hash function and is no count of all texts.
    """
    check_probe(parts)
    level = max((part.level for part in parts), default=0)
    sides = [coarsen_sample(part, level) for part in parts]
    filled = [side for side in sides if len(side.values)] or sides[:1]
    if not filled:
        return ValueSample(0, pa.array([], pa.string()), np.empty(0, dtype=np.int64))
    weights = [side.weights for side in filled if side.weights is not None]
    merged = grouped(
        pa.concat_arrays([side.values for side in filled]),
        np.concatenate([side.counts for side in filled]),
        np.concatenate(weights) if len(weights) == len(filled) else None,
    )
    return fitted(ValueSample(level, *merged, probe() if level else None), limit=limit)


def check_probe(parts: Sequence[ValueSample]) -> None:
    """Accept samples that the installed DuckDB's hash function made, and counts of all values by any.

    Raises
    ------
    DataError
        Otherwise.
    """
    if any(part.level and part.probe not in (None, probe()) for part in parts):
        raise DataError(
            "the statistics keep a sample of a column's values that another version of DuckDB drew",
            where=_WHERE,
            fix="compute both statistics with the installed version",
        )


def distinct(sample: ValueSample) -> int:
    """Number of distinct texts: exact at level 0, else estimated from the share of hashes that were kept."""
    return len(sample.values) << sample.level


def distinct_error(sample: ValueSample) -> float:
    """Standard error of `distinct`; 0 where it is exact."""
    # The number kept is binomial with probability 2 ** -level.
    return math.sqrt(len(sample.values) * (1 - 2.0**-sample.level)) * 2.0**sample.level


def cells_of(values: pa.Array, counts: np.ndarray) -> np.ndarray:
    """Rows by the last 12 bits of the hash of their text.

    Returns
    -------
    ndarray of int64, shape (CELLS,)
    """
    return sum_cells(hashes_of(values), counts)


def sum_cells(hashes: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """As `cells_of`, of texts whose hashes are known."""
    cells = np.zeros(CELLS, dtype=np.int64)
    np.add.at(cells, (hashes & np.uint64(CELLS - 1)).astype(np.int64), counts)
    return cells


def grouped(
    values: pa.Array, counts: np.ndarray, weights: np.ndarray | None = None
) -> tuple[pa.Array, np.ndarray, np.ndarray | None]:
    """Distinct texts ascending by bytes, with the sums of their counts and weights; those without rows go."""
    codes = pc.dictionary_encode(values.cast(pa.string()))
    if isinstance(codes, pa.ChunkedArray):
        codes = codes.combine_chunks()
    order = np.asarray(pc.sort_indices(codes.dictionary))
    rank = np.empty(order.size, dtype=np.int64)
    rank[order] = np.arange(order.size)
    places = rank[np.asarray(codes.indices)] if len(values) else np.empty(0, dtype=np.int64)
    summed = _summed(places, counts, order.size)
    kept = summed > 0
    ordered = codes.dictionary.take(pa.array(order[kept]))
    return ordered, summed[kept], None if weights is None else _summed(places, weights, order.size)[kept]


def _summed(places: np.ndarray, amounts: np.ndarray, size: int) -> np.ndarray:
    sums = np.zeros(size, dtype=np.int64)
    np.add.at(sums, places, amounts)
    return sums


def _taken(sample: ValueSample, level: int, kept: np.ndarray) -> ValueSample:
    return ValueSample(
        level,
        sample.values.filter(pa.array(kept)),
        sample.counts[kept],
        None if sample.weights is None else sample.weights[kept],
        probe(),
    )


def _leading_zeros(hashes: np.ndarray) -> np.ndarray:
    return 64 - bit_lengths(hashes)
