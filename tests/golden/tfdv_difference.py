"""What differs between two data sets' statistics, in words: counts exactly, moments nearly, histograms by distance."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from penstock.ml.data.drift.common_cells import cells_of_histograms
from penstock.ml.data.drift.kolmogorov_smirnov import kolmogorov_smirnov
from penstock.ml.data.metadata.statistics import (
    CommonStatistics,
    CrossStatistics,
    DatasetStatistics,
    FeatureStatistics,
    Histogram,
    NumericStatistics,
    RankHistogram,
    StringStatistics,
    WeightedNumericStatistics,
    WeightedStringStatistics,
)

MOMENT = 1e-9
"""Relative; TFDV sums in floating point."""

SINGLE = 1e-6
"""Relative, of what TFDV keeps as a 32-bit float."""

DISTANCE = 0.01
"""Between cumulative distributions: TFDV's quantiles are sketched with that error."""


def differences(mine: DatasetStatistics, theirs: DatasetStatistics) -> Iterator[str]:
    """Everything that differs, each as ``feature: what: ours instead of theirs``."""
    yield from equal(": rows", mine.num_examples, theirs.num_examples)
    yield from close(": weight of rows", mine.weighted_num_examples, theirs.weighted_num_examples)
    by_name = {name_of(feature): feature for feature in mine.features}
    yield from equal(": features", sorted(by_name), sorted(map(name_of, theirs.features)))
    for feature in theirs.features:
        if name_of(feature) in by_name:
            for text in _of_feature(by_name[name_of(feature)], feature):
                yield f"{name_of(feature)}: {text}"


def name_of(feature: FeatureStatistics) -> str:
    return str(feature.path) if feature.path else feature.name or ""


def cross_differences(mine: CrossStatistics, theirs: CrossStatistics) -> Iterator[str]:
    """What differs between the statistics of two pairs of features."""
    yield from equal("count", mine.count, theirs.count)
    for name in ("correlation", "covariance"):
        a, b = (getattr(side.num_cross_stats, name, math.nan) for side in (mine, theirs))
        yield from close(name, a, b, SINGLE)
    yield from equal("lift", _lifts(mine), _lifts(theirs))


def _lifts(cross: CrossStatistics) -> dict[Any, Any]:
    lift = cross.categorical_cross_stats.lift if cross.categorical_cross_stats else None
    return {
        (series.y_string, series.y_int, value.x_string, value.x_int): (
            round(value.lift, 9),
            series.y_count,
            value.x_count,
            value.x_and_y_count,
        )
        for series in (lift.lift_series if lift else ())
        for value in series.lift_values
    }


def _of_feature(mine: FeatureStatistics, theirs: FeatureStatistics) -> Iterator[str]:
    yield from equal("type", mine.type, theirs.type)
    for name in ("num_stats", "string_stats", "bytes_stats", "struct_stats"):
        a, b = getattr(mine, name), getattr(theirs, name)
        yield from equal(f"has {name}", a is not None, b is not None)
        if a is not None and b is not None:
            yield from _of_common(a.common_stats, b.common_stats)
    if mine.num_stats and theirs.num_stats:
        yield from _of_numbers(mine.num_stats, theirs.num_stats)
    if mine.string_stats and theirs.string_stats:
        yield from _of_texts(mine.string_stats, theirs.string_stats)


def _of_common(a: CommonStatistics, b: CommonStatistics) -> Iterator[str]:
    for name in ("num_non_missing", "num_missing", "min_num_values", "max_num_values", "tot_num_values"):
        yield from equal(name, getattr(a, name), getattr(b, name))
    yield from close("avg_num_values", a.avg_num_values, b.avg_num_values)
    yield from equal("presence_and_valency_stats", a.presence_and_valency_stats, b.presence_and_valency_stats)
    yield from _of_histograms("num_values_histogram", a.num_values_histogram, b.num_values_histogram)
    weighted = [
        (a.weighted_common_stats, b.weighted_common_stats),
        *_paired(a.weighted_presence_and_valency_stats, b.weighted_presence_and_valency_stats),
    ]
    for one, other in weighted:
        yield from equal("is weighted", one is None, other is None)
        for name in ("num_non_missing", "num_missing", "avg_num_values", "tot_num_values"):
            yield from close(f"weighted {name}", getattr(one, name, 0.0), getattr(other, name, 0.0))


def _of_numbers(a: NumericStatistics, b: NumericStatistics) -> Iterator[str]:
    yield from equal("num_zeros", a.num_zeros, b.num_zeros)
    for name in ("min", "max"):
        yield from close(name, getattr(a, name), getattr(b, name))
    yield from _of_moments("", a, b)
    yield from equal("is weighted", a.weighted_numeric_stats is None, b.weighted_numeric_stats is None)
    if a.weighted_numeric_stats and b.weighted_numeric_stats:
        yield from _of_moments("weighted ", a.weighted_numeric_stats, b.weighted_numeric_stats)


Moments = NumericStatistics | WeightedNumericStatistics


def _of_moments(prefix: str, a: Moments, b: Moments) -> Iterator[str]:
    yield from close(f"{prefix}mean", a.mean, b.mean)
    yield from close(f"{prefix}std_dev", a.std_dev, b.std_dev)
    yield from equal(f"{prefix}histograms", [one.type for one in a.histograms], [one.type for one in b.histograms])
    for one, other in zip(a.histograms, b.histograms, strict=False):
        yield from _of_histograms(f"{prefix}{one.type} histogram", one, other)


def _of_histograms(what: str, a: Histogram | None, b: Histogram | None) -> Iterator[str]:
    if a is None or b is None:
        yield from equal(what, a, b)
        return
    yield from equal(f"{what}: NaN", a.num_nan, b.num_nan)
    yield from equal(f"{what}: type", a.type, b.type)
    cells = cells_of_histograms(a, b)
    yield from close(f"{what}: total", cells.a.total, cells.b.total)
    if cells.a.total and cells.b.total:
        distance = kolmogorov_smirnov(cells)
        if distance > DISTANCE:
            yield f"{what}: distance {distance:.4f}: {_shape(a)} instead of {_shape(b)}"


def _shape(histogram: Histogram) -> str:
    return " ".join(f"{x.low_value:.4g}..{x.high_value:.4g}:{x.sample_count:.4g}" for x in histogram.buckets)


def _of_texts(a: StringStatistics, b: StringStatistics) -> Iterator[str]:
    yield from equal("unique", a.unique, b.unique)
    yield from close("avg_length", a.avg_length, b.avg_length)
    yield from equal("invalid_utf8_count", a.invalid_utf8_count, b.invalid_utf8_count)
    yield from _of_values("", a, b)
    yield from equal("is weighted", a.weighted_string_stats is None, b.weighted_string_stats is None)
    if a.weighted_string_stats and b.weighted_string_stats:
        yield from _of_values("weighted ", a.weighted_string_stats, b.weighted_string_stats)


Values = StringStatistics | WeightedStringStatistics


def _of_values(prefix: str, a: Values, b: Values) -> Iterator[str]:
    tops = [[(value.value, value.frequency) for value in side.top_values] for side in (a, b)]
    yield from _of_ranks(f"{prefix}top_values", *tops)
    yield from _of_ranks(f"{prefix}rank_histogram", _ranks(a.rank_histogram), _ranks(b.rank_histogram))


def _ranks(histogram: RankHistogram | None) -> list[tuple[str, float]]:
    return [(bucket.label, bucket.sample_count) for bucket in histogram.buckets] if histogram else []


def _of_ranks(what: str, a: list[tuple[str, float]], b: list[tuple[str, float]]) -> Iterator[str]:
    """Equal up to the choice among the equally frequent last ones."""
    yield from equal(f"{what}: counts", sorted(count for _, count in a), sorted(count for _, count in b))
    least = min((count for _, count in b), default=0)
    yield from equal(what, {pair for pair in a if pair[1] > least}, {pair for pair in b if pair[1] > least})


def _paired(a: Sequence[Any], b: Sequence[Any]) -> list[tuple[Any, Any]]:
    return [(a[i] if i < len(a) else None, b[i] if i < len(b) else None) for i in range(max(len(a), len(b)))]


def equal(what: str, a: Any, b: Any) -> Iterator[str]:
    if a != b:
        yield f"{what}: {a} instead of {b}"


def close(what: str, a: float, b: float, tolerance: float = MOMENT) -> Iterator[str]:
    is_same = math.isclose(a, b, rel_tol=tolerance, abs_tol=1e-300) or (math.isnan(a) and math.isnan(b))
    if not is_same:
        yield f"{what}: {a!r} instead of {b!r}"
