"""How many distinct values a feature may have."""

from __future__ import annotations

from penstock.ml.data.anomalies.problem import Found, Problem, Subject


def unique(subject: Subject) -> Found:
    """Fewer or more distinct values than stated, or none counted. A bound that is not given is none."""
    bounds = subject.feature.unique_constraints
    if bounds is None:
        return
    actual = subject.view.num_unique
    if actual is None:
        yield Problem(
            "FEATURE_TYPE_NO_UNIQUE",
            "No unique values",
            "The number of distinct values is bounded, and they were not counted: the feature is neither text "
            "nor categorical.",
        )
        return
    if bounds.min is not None and actual < bounds.min:
        yield Problem(
            "FEATURE_TYPE_LOW_UNIQUE",
            "Low number of unique values",
            f"Expected at least {bounds.min} distinct values, found {actual}.",
        )
    if bounds.max is not None and actual > bounds.max:
        yield Problem(
            "FEATURE_TYPE_HIGH_UNIQUE",
            "High number of unique values",
            f"Expected at most {bounds.max} distinct values, found {actual}.",
        )
