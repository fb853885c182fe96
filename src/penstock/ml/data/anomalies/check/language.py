"""Whether texts have the tokens that the schema expects."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import gt, lt

import msgspec

from penstock.ml.data.anomalies.check.number import float32
from penstock.ml.data.anomalies.problem import Found, Problem, Subject
from penstock.ml.data.metadata.anomaly_type import AnomalyType
from penstock.ml.data.metadata.domain import NaturalLanguageDomain, SequenceValueConstraints
from penstock.ml.data.metadata.statistics import NaturalLanguageStatistics, TokenStatistics

# Type, short description, field of the constraint, field of the statistics, what is wrong, in words.
_TOKEN_CHECKS: tuple[tuple[AnomalyType, str, str, str, Callable[[float, float], bool], str], ...] = (
    ("SEQUENCE_VALUE_TOO_SMALL_FRACTION", "Value occurs in too small a fraction of sequences.",
     "min_fraction_of_sequences", "fraction_of_sequences", lt, "is in {actual} of the sequences, at least {bound}"),
    ("SEQUENCE_VALUE_TOO_LARGE_FRACTION", "Value occurs in too large a fraction of sequences.",
     "max_fraction_of_sequences", "fraction_of_sequences", gt, "is in {actual} of the sequences, at most {bound}"),
    ("SEQUENCE_VALUE_TOO_FEW_OCCURRENCES", "Value has too few per-sequence occurrences.",
     "min_per_sequence", "per_sequence_min_frequency", lt, "occurs {actual} times in a sequence, at least {bound}"),
    ("SEQUENCE_VALUE_TOO_MANY_OCCURRENCES", "Value has too many per-sequence occurrences.",
     "max_per_sequence", "per_sequence_max_frequency", gt, "occurs {actual} times in a sequence, at most {bound}"),
)  # fmt: skip


def language(subject: Subject) -> Found:
    """Coverage by the vocabulary, length of tokens, and how often certain tokens occur."""
    domain = subject.feature.natural_language_domain
    if domain is None:
        return
    statistics = _statistics(subject)
    if statistics is None:
        if domain.token_constraints or _bounds(domain) != (None, None):
            yield _not_computed("natural language statistics")
        return
    yield from _coverage(domain, statistics)
    tokens = {_token(found.int_token, found.string_token): found for found in statistics.token_statistics}
    for constraint in domain.token_constraints:
        token = _token(constraint.int_value, constraint.string_value)
        if token is None:
            continue
        if token not in tokens:
            yield _not_computed(f"statistics of the token {token!r}")
            return
        yield from _occurrences(token, constraint, tokens[token])


def _statistics(subject: Subject) -> NaturalLanguageStatistics | None:
    statistic = subject.view.custom("nl_statistics")
    if statistic is None or statistic.any is None:
        return None
    try:
        return msgspec.convert(statistic.any, NaturalLanguageStatistics, strict=False)
    except msgspec.ValidationError:
        return None


def _bounds(domain: NaturalLanguageDomain) -> tuple[float | None, float | None]:
    coverage = domain.coverage
    return (coverage.min_coverage, coverage.min_avg_token_length) if coverage else (None, None)


def _coverage(domain: NaturalLanguageDomain, statistics: NaturalLanguageStatistics) -> Iterator[Problem]:
    coverage, length = _bounds(domain)
    if coverage is not None and statistics.feature_coverage < float32(coverage):
        yield Problem(
            "FEATURE_COVERAGE_TOO_LOW",
            "Feature coverage is too low.",
            f"The vocabulary covers {statistics.feature_coverage:.6g} of the tokens, at least {coverage:.6g} is "
            "expected.",
        )
    if length is not None and statistics.avg_token_length < float32(length):
        yield Problem(
            "FEATURE_COVERAGE_TOO_SHORT_AVG_TOKEN_LENGTH",
            "Average token length is too short.",
            f"Tokens are {statistics.avg_token_length:.6g} long on average, at least {length:.6g} is expected.",
        )


def _occurrences(
    token: int | str, constraint: SequenceValueConstraints, statistics: TokenStatistics
) -> Iterator[Problem]:
    for kind, short, bound_name, name, is_beyond, words in _TOKEN_CHECKS:
        bound, actual = getattr(constraint, bound_name), getattr(statistics, name)
        if bound is not None and is_beyond(float32(actual), float32(bound)):
            told = words.format(actual=f"{actual:.6g}", bound=f"{bound:.6g}")
            yield Problem(kind, short, f"The token {token!r} {told} is expected.", str(token))


def _token(number: int | None, text: str | None) -> int | str | None:
    return number if number is not None else text


def _not_computed(what: str) -> Problem:
    return Problem(
        "STATS_NOT_AVAILABLE",
        "Natural language stats are not computed.",
        f"The domain bounds what is in the texts, and there are no {what}.",
    )
