"""Whether the data are of the type that the schema states."""

from __future__ import annotations

from penstock.ml.data.anomalies.problem import Found, Problem, Subject
from penstock.ml.data.schema.schema_view import domain_kind

BINARY_DOMAINS = frozenset({"", "natural_language_domain", "image_domain", "url_domain"})
"""Domains that binary values may have."""


def data_type(subject: Subject) -> Found:
    """Numbers instead of text, text instead of numbers, and the like."""
    if subject.view.feature_type != subject.feature.type:
        yield Problem(
            "UNEXPECTED_DATA_TYPE",
            "Unexpected data type",
            f"The schema says {subject.feature.type}, the data are {subject.view.statistics.type}.",
        )


def binary(subject: Subject) -> Found:
    """Binary values with a domain for something else."""
    if not suits_binary(subject):
        yield Problem(
            "DOMAIN_INVALID_FOR_TYPE",
            "Invalid domain type",
            f"The data are BYTES, which cannot have a {domain_kind(subject.feature)}.",
        )


def suits_binary(subject: Subject) -> bool:
    """Whether the domain may stand on the data, which matters for binary values alone."""
    return subject.view.statistics.type != "BYTES" or domain_kind(subject.feature) in BINARY_DOMAINS
