"""Whether a feature is there, in enough rows, and where it belongs."""

from __future__ import annotations

from penstock.ml.data.anomalies.problem import Found, Problem, Subject


def environment(subject: Subject) -> Found:
    """A feature in data of an environment that should not have it."""
    if not subject.is_in_environment:
        name = subject.context.environment
        yield Problem(
            "SCHEMA_NEW_COLUMN",
            "Column missing in environment",
            f"The data have the column, and the schema keeps it out of the environment '{name}'.",
        )


def count(subject: Subject) -> Found:
    """In fewer rows than `min_count`."""
    presence = subject.feature.presence
    least = presence.min_count if presence is not None else None
    if least is not None and subject.view.num_present < least:
        yield Problem(
            "FEATURE_TYPE_LOW_NUMBER_PRESENT",
            "Column dropped",
            f"The feature is present in fewer rows than expected: at least {least}, "
            f"actual {int(subject.view.num_present)}.",
        )


def fraction(subject: Subject) -> Found:
    """In a smaller fraction of the rows than `min_fraction`; 1 means every row, however many there are."""
    presence = subject.feature.presence
    least = presence.min_fraction if presence is not None else None
    rows = subject.context.data.num_examples
    if least is None or rows <= 0 or not subject.view.num_missing:
        return
    actual = subject.view.num_present / rows
    if actual < least:
        told = f"present in fewer rows than expected: at least {least:.6g} of all, actual {actual:.6g}"
    elif least == 1.0:
        told = f"expected in every row, and is missing in {subject.view.num_missing:.6g}"
    else:
        return
    yield Problem("FEATURE_TYPE_LOW_FRACTION_PRESENT", "Column dropped", f"The feature is {told}.")
