"""Two histograms of numbers brought to the same buckets, as TFDV does it for its Jensen-Shannon divergence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from penstock.ml.data.metadata.statistics import Bucket, Histogram


def aligned_masses(a: Histogram, b: Histogram) -> tuple[list[float], list[float]]:
    """Counts of both histograms over common buckets.

    Parameters
    ----------
    a, b : Histogram

    Returns
    -------
    list of float, list of float
        Of equal lengths: first the buckets between all borders (counts taken as spread evenly inside a bucket), then
        the points (buckets of no width), then what can match nothing: buckets that end at infinity, and NaN.

    Notes
    -----
    NaN are left out where the borders differ, as TFDV does.

    References
    ----------
    TFDV 1.16, ``anomalies/metrics.cc`` (``AlignHistograms``).
    """
    first, second = Parts.of(a), Parts.of(b)
    borders_a, borders_b = borders_of(first.wide), borders_of(second.wide)
    borders = sorted(borders_a | borders_b)
    masses_a, masses_b = spread(first.wide, borders), spread(second.wide, borders)
    for point in sorted({*first.points, *second.points}):
        masses_a.append(first.points.get(point, 0.0))
        masses_b.append(second.points.get(point, 0.0))
    masses_a += [first.endless_mass, 0.0]
    masses_b += [0.0, second.endless_mass]
    if borders_a == borders_b:
        masses_a += [0.0, float(a.num_nan)]
        masses_b += [float(b.num_nan), 0.0]
    return masses_a, masses_b


@dataclass(frozen=True)
class Parts:
    """A histogram's buckets sorted out.

    Parameters
    ----------
    wide : list of Bucket
        Of finite width.
    points : dict of float to float
        Counts at points: buckets of no width.
    endless : list of Bucket
        Those that end at infinity.
    """

    wide: list[Bucket]
    points: dict[float, float]
    endless: list[Bucket]

    @classmethod
    def of(cls, histogram: Histogram) -> Parts:
        """Sort out a histogram."""
        parts = cls([], {}, [])
        for bucket in histogram.buckets:
            if not (math.isfinite(bucket.low_value) and math.isfinite(bucket.high_value)):
                parts.endless.append(bucket)
            elif bucket.low_value == bucket.high_value:
                parts.points[bucket.low_value] = parts.points.get(bucket.low_value, 0.0) + bucket.sample_count
            else:
                parts.wide.append(bucket)
        return parts

    @property
    def endless_mass(self) -> float:
        """Count in the buckets that end at infinity."""
        return sum(bucket.sample_count for bucket in self.endless)


def borders_of(buckets: Sequence[Bucket]) -> set[float]:
    """All ends of the buckets."""
    return {border for bucket in buckets for border in (bucket.low_value, bucket.high_value)}


def spread(buckets: Sequence[Bucket], borders: Sequence[float]) -> list[float]:
    """The count of each bucket, shared evenly among the gaps that it covers.

    Parameters
    ----------
    buckets : sequence of Bucket
    borders : sequence of float, shape (n + 1,)
        Ascending; all ends of the buckets are among them.

    Returns
    -------
    list of float, shape (n,)
    """
    places = {border: place for place, border in enumerate(borders)}
    masses = [0.0] * max(len(borders) - 1, 0)
    for bucket in buckets:
        for place in range(places[bucket.low_value], places[bucket.high_value]):
            masses[place] += _share(borders[place], borders[place + 1], bucket) * bucket.sample_count
    return masses


def _share(low: float, high: float, bucket: Bucket) -> float:
    width = bucket.high_value - bucket.low_value
    if math.isinf(width):  # the greatest doubles: halve first
        return (high / 2 - low / 2) / (bucket.high_value / 2 - bucket.low_value / 2)
    return (high - low) / width
