"""Whether texts are among those that the schema lists."""

from __future__ import annotations

from penstock.ml.data.anomalies.problem import Found, Problem, Subject

SHOWN = 50
"""Unexpected values that a description lists."""


def text(subject: Subject) -> Found:
    """Texts outside of the domain, by more than the domain's mass allows; texts that are no UTF-8."""
    domain = subject.context.schema.string_domain(subject.feature)
    if domain is None:
        return
    if subject.view.num_invalid_utf8 > 0:
        yield Problem(
            "ENUM_TYPE_INVALID_UTF8",
            "Invalid UTF8 strings",
            f"Found {subject.view.num_invalid_utf8} texts that are not valid UTF-8.",
        )
        return
    known = frozenset(domain.value)
    strange = {value: number for value, number in subject.view.texts.items() if value not in known}
    allowed = allowed_fraction(subject)
    total = subject.view.num_values
    outside = sum(strange.values())
    if strange and (not allowed or not total or outside / total > allowed):
        yield Problem(
            "ENUM_TYPE_UNEXPECTED_STRING_VALUES",
            "Unexpected string values",
            f"The data have values that the schema does not: {_listed(strange, total)}.",
            note=subject.view.texts_note,
        )


def allowed_fraction(subject: Subject) -> float:
    """Fraction of the values that may lie outside of the domain."""
    constraints = subject.feature.distribution_constraints
    if constraints is None or constraints.min_domain_mass is None:
        return 0.0
    return 1.0 - constraints.min_domain_mass


def _listed(counts: dict[str, float], total: float) -> str:
    shown = [f"{_visible(value)} ({_percent(counts[value], total)})" for value in list(counts)[:SHOWN]]
    more = [f"and {len(counts) - SHOWN} more"] if len(counts) > SHOWN else []
    return ", ".join(shown + more)


def _visible(value: str) -> str:
    """A text on one line, its end cut off where it is long."""
    line = "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in value[:100])
    return line + "..." if len(value) > 100 else line


def _percent(count: float, total: float) -> str:
    if not total:
        return "?"
    percent = 100 * count / total
    return "<1%" if percent < 1 else f"~{int(percent)}%"
