"""Jensen-Shannon divergence: how far two distributions are from their mean, in bits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from penstock.core.error import DataError, UsageError
from penstock.ml.data.drift.histogram_alignment import aligned_masses
from penstock.ml.data.drift.value_counts import both_weighted, name_of, value_counts
from penstock.ml.data.metadata.statistics import FeatureStatistics, Histogram

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

Source = Literal["DEFAULT", "STANDARD", "QUANTILES"]


def jensen_shannon(
    a: FeatureStatistics, b: FeatureStatistics, source: Source = "DEFAULT", *, is_weighted: bool | None = None
) -> float:
    """Jensen-Shannon divergence of two features' values.

    Parameters
    ----------
    a, b : FeatureStatistics
        Both numeric, or both texts.
    source : str
        Which histogram of numbers: ``STANDARD`` (buckets of equal width; also ``DEFAULT``) or ``QUANTILES``.
    is_weighted : bool, optional
        Use the weighted counts; by default where both sides have some.

    Returns
    -------
    float, in bits
        0 when both are the same, 1 when they have nothing in common.

    Raises
    ------
    UsageError
        If there is no such source.
    DataError
        If one side is numeric and the other is not, or a side has no values, or lacks that histogram.

    Notes
    -----
    Exactly TFDV's number, with what is odd about it: numbers in buckets that end at infinity never match those of
    the other side; NaN never match either, but only count where both histograms have the same borders. A feature
    with NaN or infinities can therefore differ from itself. The other measures of this room count them as values.

    References
    ----------
    Lin, "Divergence measures based on the Shannon entropy", IEEE Trans. Inf. Theory 37(1), 1991; TFDV 1.16,
    ``anomalies/metrics.cc`` (``JensenShannonDivergence``), for the buckets.
    """
    if source not in get_args(Source):
        raise UsageError(
            f"there is no histogram '{source}'", where="jensen_shannon", fix=f"use one of {', '.join(get_args(Source))}"
        )
    weighted = both_weighted(a, b, is_weighted)
    counts_a, counts_b = value_counts(a, is_weighted=weighted), value_counts(b, is_weighted=weighted)
    if counts_a and counts_b:
        values = sorted({*counts_a, *counts_b}, key=str.encode)
        return divergence(
            [counts_a.get(value, 0.0) for value in values], [counts_b.get(value, 0.0) for value in values]
        )
    if (a.string_stats is None) != (b.string_stats is None):
        raise DataError(
            f"'{name_of(a)}' is {a.type} on one side and {b.type} on the other: no divergence is defined",
            where=f"feature '{name_of(a)}'",
            fix="compare statistics of columns of one type",
        )
    if a.string_stats is not None:
        raise _no_values(a if not counts_a else b)
    return divergence(*aligned_masses(_histogram(a, source, weighted), _histogram(b, source, weighted)))


def divergence(a: ArrayLike, b: ArrayLike) -> float:
    """Jensen-Shannon divergence of two lists of counts over the same places.

    Parameters
    ----------
    a, b : array of float, shape (n,)
        Counts or masses, not below 0.

    Returns
    -------
    float, in bits
        0 to 1.

    Raises
    ------
    DataError
        If a side sums to zero.

    Examples
    --------
    >>> divergence([1, 1], [1, 1]), divergence([1, 0], [0, 1])
    (0.0, 1.0)
    """
    p, q = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if not (p.sum() > 0 and q.sum() > 0):
        raise DataError(
            "one side has no values", where="Jensen-Shannon divergence", fix="compare features that have values"
        )
    p, q = p / p.sum(), q / q.sum()
    is_common = (p > 0) & (q > 0)
    p, q = p[is_common], q[is_common]
    mean = (p + q) / 2
    # Where one side has nothing, the other's share counts in full: its logarithm is 1 bit.
    alone = (1.0 - float(p.sum())) + (1.0 - float(q.sum()))
    total = float((p * np.log2(p / mean) + q * np.log2(q / mean)).sum()) + alone
    # Rounding can leave a little more than 1 or less than 0.
    return min(max(total / 2, 0.0), 1.0)


def histogram_of(feature: FeatureStatistics, source: Source, is_weighted: bool) -> Histogram | None:
    """The feature's histogram of that source; None where it has none."""
    kind = "QUANTILES" if source == "QUANTILES" else "STANDARD"
    stats = feature.num_stats
    weighted = stats.weighted_numeric_stats if stats else None
    holder = weighted if is_weighted else stats
    return next((histogram for histogram in holder.histograms if histogram.type == kind), None) if holder else None


def _histogram(feature: FeatureStatistics, source: Source, is_weighted: bool) -> Histogram:
    histogram = histogram_of(feature, source, is_weighted)
    if histogram is None:
        raise _no_values(feature, f"no histogram for source {source}")
    return histogram


def _no_values(feature: FeatureStatistics, what: str = "no values") -> DataError:
    return DataError(
        f"the statistics of '{name_of(feature)}' have {what}",
        where=f"feature '{name_of(feature)}'",
        fix="compare features that have values on both sides",
    )
