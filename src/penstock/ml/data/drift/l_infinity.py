"""L-infinity distance: how much the share of the value that changed most has changed."""

from __future__ import annotations

from penstock.ml.data.drift.value_counts import both_weighted, greatest_difference, text_counts
from penstock.ml.data.metadata.statistics import FeatureStatistics


def l_infinity(a: FeatureStatistics, b: FeatureStatistics, *, is_weighted: bool | None = None) -> float:
    """Greatest difference between the shares that a value has on both sides.

    Parameters
    ----------
    a, b : FeatureStatistics
        Of a text feature (or numbers that are declared categories).
    is_weighted : bool, optional
        Use the weighted counts; by default where both sides have some.

    Returns
    -------
    float
        0 when the shares are the same, 1 when each side has one value and not the same.

    Raises
    ------
    DataError
        If a side is numeric: nothing is counted there, and TFDV's 0.0 would look like "no drift".

    References
    ----------
    TFDV 1.16, ``anomalies/metrics.cc`` (``LInftyDistance``): both rank histograms are divided by their own sums.
    """
    weighted = both_weighted(a, b, is_weighted)
    return greatest_difference(*text_counts(a, b, measure="the L-infinity distance", is_weighted=weighted))[1]
