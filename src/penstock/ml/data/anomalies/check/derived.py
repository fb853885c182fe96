"""Whether features that validation made from others are known as such."""

from __future__ import annotations

from penstock.ml.data.anomalies.problem import Found, Problem, Subject

_STAGES = ("VALIDATION_DERIVED", "DISABLED")


def derived(subject: Subject) -> Found:
    """A derived feature that the schema takes for another, or keeps in a stage for others."""
    in_schema = subject.feature.validation_derived_source is not None
    # A feature of another type is given up, whatever its stage.
    is_suited = subject.view.feature_type == subject.feature.type
    if subject.view.statistics.validation_derived_source is not None and not in_schema:
        yield Problem(
            "DERIVED_FEATURE_INVALID_SOURCE",
            "Derived source not set in schema.",
            "The feature is derived from others, and the schema does not name its source.",
        )
    elif in_schema and is_suited and subject.feature.lifecycle_stage not in _STAGES:
        stage = subject.feature.lifecycle_stage or "none"
        yield Problem(
            "DERIVED_FEATURE_BAD_LIFECYCLE",
            "Derived feature has wrong lifecycle.",
            f"The feature is derived from others, and its stage is {stage} instead of VALIDATION_DERIVED.",
        )
