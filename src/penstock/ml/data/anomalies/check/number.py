"""Whether numbers, or texts that spell numbers, lie in the range that the schema states."""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Iterator

from penstock.ml.data.anomalies.problem import Found, Problem, Subject

_INTEGER = re.compile(r"\s*[+-]?[0-9]+\s*")
_INT64 = (-(1 << 63), (1 << 63) - 1)


def integer(subject: Subject) -> Found:
    """Integers outside of the int domain, or texts that are no integers."""
    domain = subject.feature.int_domain
    values = _integers(subject)
    if domain is None or values is None:
        return
    if isinstance(values, str):
        yield from _no_integer(subject, values)
        return
    low, high = values
    if domain.min is not None and low < domain.min:
        yield Problem("INT_TYPE_SMALL_INT", "Out-of-range values", f"Unexpectedly small value: {low} < {domain.min}.")
    if domain.max is not None and high > domain.max:
        yield Problem("INT_TYPE_BIG_INT", "Out-of-range values", f"Unexpectedly large value: {high} > {domain.max}.")


def real(subject: Subject) -> Found:
    """Floats outside of the float domain, NaN or infinite where they must not be, or texts that are no floats."""
    domain = subject.feature.float_domain
    if domain is None:
        return
    if domain.disallow_nan and _has_nan(subject):
        yield Problem("FLOAT_TYPE_HAS_NAN", "Invalid values", "The feature has NaN values, which the schema forbids.")
    values = _floats(subject)
    if isinstance(values, str):
        yield Problem(
            "FLOAT_TYPE_STRING_NOT_FLOAT", "Invalid values", f"Texts that are no numbers, such as {values!r}."
        )
    elif values is not None:
        yield from _range(domain.min, domain.max, values)
        if domain.disallow_inf and any(map(math.isinf, values)):
            yield Problem(
                "FLOAT_TYPE_HAS_INF", "Invalid values", "The feature has infinite values, which the schema forbids."
            )


def float32(value: float) -> float:
    """The number in 32 bits, as TensorFlow Metadata stores the bounds of floats and TFDV compares with them."""
    try:
        return float(struct.unpack("<f", struct.pack("<f", value))[0])
    except OverflowError:
        return math.copysign(math.inf, value)


def _range(low: float | None, high: float | None, values: tuple[float, float]) -> Iterator[Problem]:
    least, most = map(float32, values)
    if low is not None and least < float32(low):
        yield Problem(
            "FLOAT_TYPE_SMALL_FLOAT", "Out-of-range values", f"Unexpectedly low value: {least:.6g} < {low:.6g}."
        )
    if high is not None and most > float32(high):
        yield Problem(
            "FLOAT_TYPE_BIG_FLOAT", "Out-of-range values", f"Unexpectedly high value: {most:.6g} > {high:.6g}."
        )


def _no_integer(subject: Subject, value: str) -> Iterator[Problem]:
    domain = subject.feature.int_domain
    if subject.view.feature_type == "BYTES":
        yield Problem("INT_TYPE_NOT_INT_STRING", "Invalid values", f"Texts that are no integers, such as {value!r}.")
    elif domain is not None and (domain.min is not None or domain.max is not None):
        yield Problem(
            "DOMAIN_INVALID_FOR_TYPE", "Invalid values", f"Integers that do not fit into 64 bits, such as {value}."
        )


def _integers(subject: Subject) -> tuple[int, int] | str | None:
    """Smallest and largest integer, a text that is none, or None where there is nothing to check."""
    view = subject.view
    kind = view.statistics.type
    if kind in ("STRUCT", "FLOAT"):
        return None
    if kind == "INT" and not view.texts:
        return _whole(view.numeric.min, view.numeric.max)
    numbers: list[int] = []
    for value in view.texts:
        if not _INTEGER.fullmatch(value) or not _INT64[0] <= int(value) <= _INT64[1]:
            return value
        numbers.append(int(value))
    return (min(numbers), max(numbers)) if numbers else None


def _whole(low: float, high: float) -> tuple[int, int] | str:
    for value in (low, high):
        # 2**63 is the first double beyond, and what the largest integers are rounded to.
        if not -(2.0**63) <= value <= 2.0**63:
            return f"{value:.6g}"
    return max(int(low), _INT64[0]), min(int(high), _INT64[1])


def _floats(subject: Subject) -> tuple[float, float] | str | None:
    """Smallest and largest number, a text that is none, or None where there is nothing to check."""
    view = subject.view
    kind = view.statistics.type
    if kind == "FLOAT":
        return view.numeric.min, view.numeric.max
    if kind not in ("STRING", "BYTES"):
        return None
    numbers = []
    for value in view.texts:
        number = _parsed(value)
        if number is None:
            return value
        numbers.append(number)
    real_numbers = [number for number in numbers if not math.isnan(number)]
    return (min(real_numbers), max(real_numbers)) if real_numbers else None


def _parsed(value: str) -> float | None:
    try:
        return float(value) if "_" not in value else None
    except ValueError:
        return None


def _has_nan(subject: Subject) -> bool:
    view = subject.view
    if view.statistics.type == "FLOAT":
        return any(histogram.num_nan > 0 for histogram in view.numeric.histograms)
    numbers = map(_parsed, view.texts) if view.statistics.type == "STRING" else ()
    return any(number is not None and math.isnan(number) for number in numbers)
