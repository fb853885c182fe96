"""Whether the values of a boolean feature are two."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from penstock.ml.data.anomalies.problem import Found, Problem, Subject
from penstock.ml.data.metadata.domain import BoolDomain
from penstock.ml.data.metadata.statistics import Histogram

_SHORT = "Non-boolean values"


def boolean(subject: Subject) -> Found:
    """Values other than 0 and 1, or than the two texts; a domain whose texts do not fit the type of the data."""
    domain = subject.feature.bool_domain
    kind = subject.view.statistics.type
    if domain is None or kind not in _VALUES:
        return
    named = [value for value in (domain.true_value, domain.false_value) if value is not None]
    if (kind == "STRING") != bool(named):
        told = (
            "the data are text, and the domain names neither true_value nor false_value"
            if kind == "STRING"
            else f"the domain names texts for true and false, and the data are {kind}"
        )
        yield Problem("BOOL_TYPE_INVALID_CONFIG", "Invalid bool domain", f"The values were not checked: {told}.")
        return
    yield from _VALUES[kind](subject, domain)


def _integers(subject: Subject, _: BoolDomain) -> Iterator[Problem]:
    numbers = subject.view.numeric
    if numbers.min < 0:
        yield Problem("BOOL_TYPE_SMALL_INT", _SHORT, f"Integers other than 0 and 1, such as {numbers.min:.6g}.")
    elif numbers.max > 1:
        yield Problem("BOOL_TYPE_BIG_INT", _SHORT, f"Integers other than 0 and 1, such as {numbers.max:.6g}.")


def _floats(subject: Subject, _: BoolDomain) -> Iterator[Problem]:
    numbers = subject.view.numeric
    odd = [f"such as {value:.6g}" for value in (numbers.min, numbers.max) if value not in (0.0, 1.0)]
    odd += [told for histogram in numbers.histograms for told in _odd_buckets(histogram)]
    if odd:
        yield Problem("BOOL_TYPE_UNEXPECTED_FLOAT", _SHORT, f"Floats other than 0 and 1, {odd[0]}.")


def _odd_buckets(histogram: Histogram) -> Iterator[str]:
    """What a histogram tells about values other than 0 and 1. Quantiles are values, other boundaries are not."""
    if histogram.num_nan > 0:
        yield "such as NaN"
    for bucket in histogram.buckets:
        low, high = bucket.low_value, bucket.high_value
        if bucket.sample_count > 0 and (high < 0 or low > 1):
            yield f"between {low:.6g} and {high:.6g}"
        if bucket.sample_count > 0 and histogram.type == "QUANTILES" and low > 0 and high < 1:
            yield f"between {low:.6g} and {high:.6g}"


def _texts(subject: Subject, domain: BoolDomain) -> Iterator[Problem]:
    known = [value for value in (domain.true_value, domain.false_value) if value is not None]
    strange = next((value for value in subject.view.texts if value not in known), None)
    if strange is not None:
        yield Problem(
            "BOOL_TYPE_UNEXPECTED_STRING",
            _SHORT,
            f"Unexpected value {strange!r} instead of {' or '.join(map(repr, known))}.",
            note=subject.view.texts_note,
        )


_VALUES: Mapping[str, Callable[[Subject, BoolDomain], Iterator[Problem]]] = {
    "INT": _integers,
    "FLOAT": _floats,
    "STRING": _texts,
}
