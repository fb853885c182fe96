"""Statistics of texts and binary values as TensorFlow Metadata shows them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from penstock.ml.data.metadata.statistics import (
    BytesStatistics,
    CommonStatistics,
    CustomStatistic,
    RankBucket,
    RankHistogram,
    StringStatistics,
    TopValue,
    WeightedStringStatistics,
)
from penstock.ml.data.statistics.float32 import float32
from penstock.ml.data.statistics.options import StatisticsOptions
from penstock.ml.data.statistics.prefix_histogram import extent_of, total
from penstock.ml.data.statistics.state import WEIGHT_UNITS, BytesState, ShortValues, TextState, ValueSample
from penstock.ml.data.statistics.text_hash import probe
from penstock.ml.data.statistics.value_sample import cells_of, distinct, distinct_error, grouped

UNIQUE_ERROR = "penstock.unique_standard_error"
"""Custom statistic: standard error of the number of distinct texts, where it is an estimate."""

UNLISTED_BOUND = "penstock.unlisted_frequency_bound"
"""Custom statistic: no text that is not listed occurs more often, where not all texts were counted."""

IMAGE_FORMATS = "image_format_histogram"
"""Custom statistic of TFDV: how many values are images of each format."""

_LEAST_WEIGHT = 1.0
"""TFDV's ``weighted_frequency_threshold``: values of less weight are not listed."""


def string_statistics(
    state: TextState | None, common: CommonStatistics, options: StatisticsOptions, *, is_weighted: bool
) -> StringStatistics:
    """The statistics of a STRING feature.

    The most frequent values come first; of equally frequent ones the larger by bytes does.
    """
    if state is None:
        return StringStatistics(common_stats=common, weighted_string_stats=None)
    values, counts, weights = known_values(state)
    top, ranks = _ranked(values, counts.astype(np.float64), options)
    extent = extent_of(state.lengths)
    weighted = None
    if is_weighted and weights is not None:
        weighted_top, weighted_ranks = _ranked(values, weights / WEIGHT_UNITS, options)
        weighted = WeightedStringStatistics(top_values=weighted_top, rank_histogram=weighted_ranks)
    return StringStatistics(
        common_stats=common,
        unique=distinct(state.sample),
        top_values=top,
        avg_length=float32(extent.total / total(state.lengths)) if extent is not None else 0.0,
        rank_histogram=ranks,
        weighted_string_stats=weighted,
        invalid_utf8_count=state.num_invalid_utf8,
    )


def text_errors(state: TextState) -> tuple[CustomStatistic, ...]:
    """How far the figures may be off; nothing where all texts were counted."""
    if state.sample.level == 0:
        return ()
    return (
        CustomStatistic(name=UNIQUE_ERROR, num=distinct_error(state.sample)),
        CustomStatistic(name=UNLISTED_BOUND, num=float(unlisted_bound(state))),
    )


def bytes_statistics(state: BytesState | None, common: CommonStatistics) -> BytesStatistics:
    """The statistics of a BYTES feature."""
    extent = None if state is None else extent_of(state.sizes)
    if state is None or extent is None:
        return BytesStatistics(common_stats=common)
    return BytesStatistics(
        common_stats=common,
        unique=distinct(state.sample),
        avg_num_bytes=float32(extent.total / total(state.sizes)),
        min_num_bytes=float32(extent.minimum),
        max_num_bytes=float32(extent.maximum),
        max_num_bytes_int=extent.maximum,
    )


def bytes_errors(state: BytesState) -> tuple[CustomStatistic, ...]:
    """The formats of images that were found, and how far the number of distinct values may be off."""
    found: list[CustomStatistic] = []
    if state.formats:
        buckets = (RankBucket(label=name, sample_count=float(count)) for name, count in sorted(state.formats.items()))
        found.append(CustomStatistic(name=IMAGE_FORMATS, rank_histogram=RankHistogram(buckets=tuple(buckets))))
    if state.sample.level:
        found.append(CustomStatistic(name=UNIQUE_ERROR, num=distinct_error(state.sample)))
    return tuple(found)


def known_values(state: TextState) -> tuple[pa.Array, np.ndarray, np.ndarray | None]:
    """Every text whose exact count is known: those of the sample and the shortest.

    Returns
    -------
    values : pyarrow.StringArray, shape (n,)
        Ascending by bytes.
    counts : ndarray of int64, shape (n,)
    weights : ndarray of int64, shape (n,), optional
        In weight units.
    """
    sample, short = state.sample, state.short
    if short is None:
        return sample.values, sample.counts, sample.weights
    more = _beyond(short, sample)
    weights = None
    if sample.weights is not None and short.weights is not None:
        weights = np.concatenate((sample.weights, short.weights[more]))
    return grouped(
        pa.concat_arrays([sample.values, short.values.filter(pa.array(more))]),
        np.concatenate((sample.counts, short.counts[more])),
        weights,
    )


def unlisted_bound(state: TextState) -> int:
    """How often a text that is not among `known_values` occurs at most; 0 where all are known."""
    if state.cells is None:
        return 0
    if _is_foreign(state.sample):
        return int(state.cells.max())
    unlisted = state.cells - cells_of(state.sample.values, state.sample.counts)
    if state.short is not None:
        more = _beyond(state.short, state.sample)
        unlisted = unlisted - cells_of(state.short.values.filter(pa.array(more)), state.short.counts[more])
    return int(unlisted.max())


def _beyond(short: ShortValues, sample: ValueSample) -> np.ndarray:
    """Which of the short texts the sample lacks: those in both would count twice."""
    return np.asarray(pc.invert(pc.is_in(short.values, value_set=sample.values)), dtype=bool)


def _is_foreign(sample: ValueSample) -> bool:
    return sample.probe not in (None, probe())


def _ranked(
    values: pa.Array, frequencies: np.ndarray, options: StatisticsOptions
) -> tuple[tuple[TopValue, ...], RankHistogram | None]:
    size = max(options.top_values, options.rank_buckets)
    order = _largest(frequencies, size)
    order = order[frequencies[order] >= _LEAST_WEIGHT]
    labels: Sequence[str] = values.take(pa.array(order)).to_pylist()
    pairs = list(zip(labels, frequencies[order].tolist(), strict=True))
    top = tuple(TopValue(value=label, frequency=count) for label, count in pairs[: options.top_values])
    buckets = tuple(
        RankBucket(low_rank=rank, high_rank=rank, label=label, sample_count=count)
        for rank, (label, count) in enumerate(pairs[: options.rank_buckets])
    )
    return top, RankHistogram(buckets=buckets) if buckets else None


def _largest(frequencies: np.ndarray, size: int) -> np.ndarray:
    """Places of the largest numbers, of equals the last ones, in descending order."""
    kept = np.arange(frequencies.size)
    if frequencies.size > size:
        least = np.partition(frequencies, -size)[-size]
        above = np.flatnonzero(frequencies > least)
        kept = np.sort(np.concatenate((above, np.flatnonzero(frequencies == least)[above.size - size :])))
    # Values ascend by bytes, so that the stable order reversed puts the larger of two equals first.
    return kept[np.argsort(frequencies[kept], kind="stable")[::-1]]
