"""Normalised absolute difference: as the L-infinity distance, but sensitive to how much there is of each side."""

from __future__ import annotations

from penstock.ml.data.drift.value_counts import both_weighted, greatest_difference, text_counts
from penstock.ml.data.metadata.statistics import FeatureStatistics


def normalized_abs_difference(a: FeatureStatistics, b: FeatureStatistics, *, is_weighted: bool | None = None) -> float:
    """Greatest difference between a value's counts on both sides, divided by the number of values on both together.

    Parameters
    ----------
    a, b : FeatureStatistics
        Of a text feature (or numbers that are declared categories).
    is_weighted : bool, optional
        Use the weighted counts; by default where both sides have some.

    Returns
    -------
    float
        0 when the counts are the same, 1 when one side has a single value and the other none.

    Raises
    ------
    DataError
        If a side is numeric: nothing is counted there.

    References
    ----------
    TFDV 1.16, ``anomalies/metrics.cc`` (``NormalizedAbsoluteDifference``).
    """
    weighted = both_weighted(a, b, is_weighted)
    counts = text_counts(a, b, measure="the normalised absolute difference", is_weighted=weighted)
    return greatest_difference(*counts, is_combined=True)[1]
