"""Counts of a feature's values as its statistics list them, and the greatest difference between two such lists."""

from __future__ import annotations

from collections.abc import Mapping

from penstock.core.error import DataError
from penstock.ml.data.metadata.statistics import FeatureStatistics


def name_of(feature: FeatureStatistics) -> str:
    """The feature's name or path, for messages."""
    return feature.name or (str(feature.path) if feature.path else "")


def has_weights(feature: FeatureStatistics) -> bool:
    """Whether the feature's statistics are also weighted."""
    for stats in (feature.num_stats, feature.string_stats, feature.bytes_stats, feature.struct_stats):
        if stats is not None and stats.common_stats is not None:
            return stats.common_stats.weighted_common_stats is not None
    return False


def both_weighted(a: FeatureStatistics, b: FeatureStatistics, is_weighted: bool | None) -> bool:
    """What ``is_weighted=None`` means: weights count where both sides have them."""
    return has_weights(a) and has_weights(b) if is_weighted is None else is_weighted


def value_counts(feature: FeatureStatistics, *, is_weighted: bool = False) -> dict[str, float]:
    """The values in the feature's rank histogram with their counts, in the order of their UTF-8 bytes.

    Parameters
    ----------
    feature : FeatureStatistics
    is_weighted : bool
        Take the weighted rank histogram; without one there are no values, as in TFDV.

    Returns
    -------
    dict of str to float
        Empty for a feature without texts. Of a label that stands twice the first count holds; counts of 0 are left
        out.
    """
    stats = feature.string_stats
    if stats is None:
        return {}
    weighted = stats.weighted_string_stats
    histogram = (weighted.rank_histogram if weighted else None) if is_weighted else stats.rank_histogram
    counts: dict[str, float] = {}
    for bucket in histogram.buckets if histogram else ():
        counts.setdefault(bucket.label, bucket.sample_count)
    return {label: counts[label] for label in sorted(counts, key=str.encode) if counts[label] > 0}


def text_counts(
    a: FeatureStatistics, b: FeatureStatistics, *, measure: str, is_weighted: bool
) -> tuple[dict[str, float], dict[str, float]]:
    """Both sides' values, where both are texts.

    Raises
    ------
    DataError
        If a side is numeric or has no values to count: the measure would be a number without meaning.
    """
    for feature in (a, b):
        if feature.string_stats is None:
            raise DataError(
                f"{measure} compares how often values occur; '{name_of(feature)}' is {feature.type}"
                " and its statistics count no values",
                where=f"feature '{name_of(feature)}'",
                fix="compare numbers by their Jensen-Shannon divergence (jensen_shannon_divergence in the schema)",
            )
    return value_counts(a, is_weighted=is_weighted), value_counts(b, is_weighted=is_weighted)


def greatest_difference(
    a: Mapping[str, float], b: Mapping[str, float], *, is_combined: bool = False
) -> tuple[str, float]:
    """The value whose share differs most, and by how much.

    Parameters
    ----------
    a, b : mapping of str to float
        Counts.
    is_combined : bool
        Divide both sides by the sum of both, instead of each by its own.

    Returns
    -------
    value : str
        The last one in the order of UTF-8 bytes where several differ as much; empty where nothing is counted.
    difference : float
        0 to 1.
    """
    total_a, total_b = sum(a.values()), sum(b.values())
    if is_combined:
        total_a = total_b = total_a + total_b
    best = ("", 0.0)
    for value in sorted(set(a) | set(b), key=str.encode):
        share_a = a.get(value, 0.0) / total_a if total_a else 0.0
        share_b = b.get(value, 0.0) / total_b if total_b else 0.0
        if abs(share_a - share_b) >= best[1]:
            best = (value, abs(share_a - share_b))
    return best
