"""Whether the values and the indices of a sparse feature belong together."""

from __future__ import annotations

from collections.abc import Iterator

from penstock.ml.data.anomalies.problem import Problem
from penstock.ml.data.metadata.statistics import CustomStatistic, RankBucket
from penstock.ml.data.schema.statistics_view import FeatureView


def sparse(view: FeatureView) -> Iterator[Problem]:
    """Rows without the value feature or an index feature, and rows where both have another number of values."""
    for statistic in view.customs:
        if statistic.name == "missing_value" and statistic.num:
            yield Problem(
                "SPARSE_FEATURE_MISSING_VALUE",
                "Missing value feature",
                f"Found {statistic.num:.6g} rows that lack the value feature.",
            )
        elif statistic.name == "missing_index":
            for bucket in _nonzero(statistic):
                yield Problem(
                    "SPARSE_FEATURE_MISSING_INDEX",
                    "Missing index feature",
                    f"Found {int(bucket.sample_count)} rows that lack the index feature '{bucket.label}'.",
                    bucket.label,
                )
        elif statistic.name in ("max_length_diff", "min_length_diff"):
            for bucket in _nonzero(statistic):
                yield Problem(
                    "SPARSE_FEATURE_LENGTH_MISMATCH",
                    "Length mismatch between value and index feature",
                    f"The value feature and the index feature '{bucket.label}' differ in their number of values: "
                    f"{statistic.name} = {int(bucket.sample_count)}.",
                    bucket.label,
                )


def _nonzero(statistic: CustomStatistic) -> list[RankBucket]:
    histogram = statistic.rank_histogram
    return [bucket for bucket in (histogram.buckets if histogram else ()) if bucket.sample_count]
