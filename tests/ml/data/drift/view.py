"""Small statistics to measure, without any data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from penstock.ml.data.metadata.path import Path
from penstock.ml.data.metadata.statistics import (
    Bucket,
    CommonStatistics,
    FeatureStatistics,
    Histogram,
    HistogramType,
    NumericStatistics,
    RankBucket,
    RankHistogram,
    StringStatistics,
    WeightedCommonStatistics,
    WeightedStringStatistics,
)


def texts(
    counts: Mapping[str, float], weighted: Mapping[str, float] | None = None, *, unique: int | None = None
) -> FeatureStatistics:
    """A text feature of these values."""
    size = int(sum(counts.values()))
    return FeatureStatistics(
        path=Path(step=("t",)),
        type="STRING",
        string_stats=StringStatistics(
            common_stats=CommonStatistics(
                num_non_missing=size,
                tot_num_values=size,
                weighted_common_stats=None if weighted is None else WeightedCommonStatistics(),
            ),
            unique=len(counts) if unique is None else unique,
            rank_histogram=ranks(counts),
            weighted_string_stats=None
            if weighted is None
            else WeightedStringStatistics(rank_histogram=ranks(weighted)),
        ),
    )


def ranks(counts: Mapping[str, float]) -> RankHistogram:
    return RankHistogram(buckets=tuple(RankBucket(label=label, sample_count=count) for label, count in counts.items()))


def histogram(
    buckets: Sequence[tuple[float, float, float]], *, num_nan: int = 0, type: HistogramType = "STANDARD"
) -> Histogram:
    """Buckets of low end, high end and count."""
    made = tuple(Bucket(low_value=low, high_value=high, sample_count=count) for low, high, count in buckets)
    return Histogram(num_nan=num_nan, buckets=made, type=type)


def numbers(*histograms: Histogram) -> FeatureStatistics:
    """A numeric feature with these histograms."""
    size = int(sum(bucket.sample_count for bucket in histograms[0].buckets)) if histograms else 0
    common = CommonStatistics(num_non_missing=size, tot_num_values=size)
    stats = NumericStatistics(common_stats=common, histograms=histograms)
    return FeatureStatistics(path=Path(step=("x",)), type="FLOAT", num_stats=stats)
