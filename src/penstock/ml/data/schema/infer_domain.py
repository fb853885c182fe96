"""Which values a feature may have, concluded from its statistics."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from penstock.core.error import DataError
from penstock.ml.data.metadata.domain import (
    BoolDomain,
    FloatDomain,
    IntDomain,
    IntegerTimeFormat,
    StringDomain,
    TimeDomain,
)
from penstock.ml.data.metadata.schema import Feature
from penstock.ml.data.schema.feature_path import path_text
from penstock.ml.data.schema.field import DOMAINS, given_fields
from penstock.ml.data.schema.replace import replaced
from penstock.ml.data.schema.statistics_view import FeatureView
from penstock.ml.data.schema.text_reader import read_text

# What `FeatureState.domain` says, as the statistics carry it.
_OWN_TYPE = "penstock.domain"
_TIMES: Mapping[str, IntegerTimeFormat] = {
    "DATE": "UNIX_DAYS",
    "TIMESTAMP_US": "UNIX_MICROSECONDS",
    "TIMESTAMP_TZ_US": "UNIX_MICROSECONDS",
}
_TRUE = frozenset(("TRUE", "true", "SET", "set", "1", ""))
_FALSE = frozenset(("FALSE", "false", "CLEAR", "clear", "0"))
_INT = re.compile(r"[ \t\n\v\f\r]*[+-]?[0-9]+[ \t\n\v\f\r]*", re.ASCII)
_INT64 = range(-(1 << 63), 1 << 63)
_EXACT = 1 << 53
_FLOAT32_MAX = 3.4028234663852886e38


@dataclass(frozen=True, slots=True)
class DomainRules:
    """What may be concluded of values; see `infer_schema`."""

    max_string_domain_size: int = 100
    numeric_bounds: bool = False


def infer_domain(feature: Feature, view: FeatureView, rules: DomainRules, domains: list[StringDomain]) -> Feature:
    """A new feature with its domain, if one can be concluded.

    Parameters
    ----------
    feature : Feature
        Without a domain.
    view : FeatureView
    rules : DomainRules
    domains : list of StringDomain
        The schema's; gets the feature's vocabulary, under a name that none has yet.
    """
    custom = custom_domain(view)
    if custom:
        return replaced(feature, **custom)
    statistics = view.statistics
    if view.num_invalid_utf8 or statistics.type in ("BYTES", "STRUCT"):
        return feature
    if statistics.type == "STRING":
        return _text_domain(feature, view, rules, domains)
    if statistics.type == "INT" and statistics.string_stats is not None:
        return replaced(feature, int_domain=IntDomain(is_categorical=True))
    own = _own_type(view)
    if own == "BOOL" or (statistics.type == "INT" and view.numeric.min >= 0 and view.numeric.max == 1):
        return replaced(feature, bool_domain=BoolDomain())
    if own in _TIMES:
        return replaced(feature, time_domain=TimeDomain(integer_format=_TIMES[own]))
    return _bounded(feature, view) if rules.numeric_bounds else feature


def custom_domain(view: FeatureView) -> dict[str, Any]:
    """The one domain that the statistic ``domain_info`` names, in text format; nothing unless it is exactly one."""
    texts = [statistic.text for statistic in view.customs if statistic.name == "domain_info" and statistic.text]
    if len(texts) != 1:
        return {}
    try:
        found = given_fields(read_text(texts[0] or "", Feature, path_text(view.path)))
    except DataError:
        # As TFDV does: what cannot be read is no reason to infer nothing.
        return {}
    return found if len(found) == 1 and next(iter(found)) in DOMAINS else {}


def new_domain_name(name: str, known: Iterable[str | None]) -> str:
    """The name, or with the first number from 2 that makes it new."""
    taken = set(known)
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name}{number}"
    return found


def is_int_text(text: str) -> bool:
    """Whether a text is a whole number of 64 bits in decimal digits, blanks around it allowed."""
    return bool(_INT.fullmatch(text)) and int(text) in _INT64


def sorted_texts(texts: Iterable[str]) -> list[str]:
    """Texts in the order of their UTF-8 bytes."""
    return sorted(texts)  # code points and UTF-8 bytes have the same order


def bounds_of(view: FeatureView) -> tuple[float, float] | None:
    """Least and greatest number that can have been seen; None if there is none, or one of them is not finite."""
    least, most = view.numeric.min, view.numeric.max
    if view.num_values <= 0 or not (math.isfinite(least) and math.isfinite(most)) or least > most:
        return None
    return least, most


def int_bounds(least: float, most: float) -> tuple[int, int]:
    """Whole bounds of numbers that statistics keep as floats: beyond 2**53 wider by what a float may have lost."""
    low, high = math.floor(least), math.ceil(most)
    low = math.floor(math.nextafter(least, -math.inf)) if abs(low) > _EXACT else low
    high = math.ceil(math.nextafter(most, math.inf)) if abs(high) > _EXACT else high
    return max(low, _INT64[0]), min(high, _INT64[-1])


def _text_domain(feature: Feature, view: FeatureView, rules: DomainRules, domains: list[StringDomain]) -> Feature:
    texts = sorted_texts(view.texts)
    if not texts:
        return feature
    if len(texts) <= 2 and (found := _bool_domain(texts)) is not None:
        return replaced(feature, bool_domain=found)
    if all(map(is_int_text, texts)):
        return replaced(feature, int_domain=IntDomain())
    if len(texts) > rules.max_string_domain_size:
        return feature
    name = new_domain_name(path_text(view.path), (domain.name for domain in domains))
    domains.append(StringDomain(name=name, value=tuple(texts)))
    return replaced(feature, domain=name)


def _bool_domain(texts: list[str]) -> BoolDomain | None:
    """The words for true and false, if the one or two texts are such, and not the same of both."""
    true = [text for text in texts if text in _TRUE]
    false = [text for text in texts if text in _FALSE]
    if len(true) > 1 or len(false) > 1 or len(true) + len(false) < len(texts):
        return None
    return BoolDomain(true_value=next(iter(true), None), false_value=next(iter(false), None))


def _own_type(view: FeatureView) -> str:
    found = (statistic.text for statistic in view.statistics.custom_stats if statistic.name == _OWN_TYPE)
    return next(found, None) or ""


def _bounded(feature: Feature, view: FeatureView) -> Feature:
    bounds = bounds_of(view)
    if bounds is None:
        return feature
    if view.statistics.type == "INT":
        low, high = int_bounds(*bounds)
        return replaced(feature, int_domain=IntDomain(min=low, max=high))
    # TensorFlow Metadata keeps bounds of floats in 32 bits: what is greater than these hold stays unbounded.
    least, most = (bound if abs(bound) <= _FLOAT32_MAX else None for bound in bounds)
    return replaced(feature, float_domain=FloatDomain(min=least, max=most))
