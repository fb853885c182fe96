"""Whether the values and the weights of a weighted feature belong together."""

from __future__ import annotations

from collections.abc import Iterator

from penstock.ml.data.anomalies.problem import Problem
from penstock.ml.data.schema.statistics_view import FeatureView


def weighted(view: FeatureView) -> Iterator[Problem]:
    """Rows without the values or the weights, and rows where both have another number of values."""
    for statistic in view.customs:
        if statistic.name == "missing_value" and statistic.num:
            yield Problem(
                "WEIGHTED_FEATURE_MISSING_VALUE",
                "Missing value feature",
                f"Found {statistic.num:.6g} rows that lack the value feature.",
            )
        elif statistic.name == "missing_weight" and statistic.num:
            yield Problem(
                "WEIGHTED_FEATURE_MISSING_WEIGHT",
                "Missing weight feature",
                f"Found {statistic.num:.6g} rows that lack the weight feature.",
            )
    least, most = _number(view, "min_weight_length_diff"), _number(view, "max_weight_length_diff")
    if least or most:
        yield Problem(
            "WEIGHTED_FEATURE_LENGTH_MISMATCH",
            "Length mismatch between value and weight feature",
            "The value feature and the weight feature differ in their number of values: "
            f"min_weight_length_diff = {least}, max_weight_length_diff = {most}.",
        )


def _number(view: FeatureView, name: str) -> int:
    statistic = view.custom(name)
    return int(statistic.num or 0) if statistic else 0
