"""The table of checks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from penstock.ml.data.anomalies.check import (
    boolean,
    comparator,
    derived,
    image,
    language,
    number,
    presence,
    semantic,
    shape,
    text,
    type,
    unique,
)
from penstock.ml.data.anomalies.problem import Found, Measured, Problem, Subject
from penstock.ml.data.schema.schema_view import domain_kind

Check = Callable[[Subject], Found]

DOMAIN_CHECKS: Mapping[str, Check] = {
    "": semantic.semantic,
    "domain": text.text,
    "string_domain": text.text,
    "bool_domain": boolean.boolean,
    "int_domain": number.integer,
    "float_domain": number.real,
    "image_domain": image.image,
    "natural_language_domain": language.language,
}
"""The check of each kind of domain; others have none."""


def domain(subject: Subject) -> Found:
    """The values, by what the schema says they mean."""
    kind = domain_kind(subject.feature) if type.suits_binary(subject) else ""
    check = DOMAIN_CHECKS.get(kind)
    if check is not None:
        yield from check(subject)


FEATURE_CHECKS: tuple[Check, ...] = (
    presence.environment,
    shape.value_counts,
    shape.shape,
    presence.count,
    presence.fraction,
    type.data_type,
    type.binary,
    domain,
    unique.unique,
    comparator.drift,
    comparator.skew,
    derived.derived,
)
"""Checks of a feature that is present in some row, in the order of their reports."""


def check_feature(subject: Subject) -> Iterator[Problem | Measured]:
    """All that is wrong with a feature's data, and all comparisons."""
    view = subject.view
    if view.common is None:
        yield Problem(
            "STATS_NOT_AVAILABLE",
            "Statistics are not computed.",
            "The statistics of the feature have no counts, so nothing was checked.",
        )
    elif view.num_present == 0:
        if subject.is_required:
            yield Problem("FEATURE_TYPE_NOT_PRESENT", "Column dropped", "The feature has a value in none of the rows.")
    else:
        for check in FEATURE_CHECKS:
            yield from check(subject)
