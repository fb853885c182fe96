"""The domain of a feature, made wide enough for what statistics show."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from penstock.ml.data.metadata.domain import BoolDomain, FloatDomain, IntDomain, StringDomain
from penstock.ml.data.metadata.schema import Feature
from penstock.ml.data.schema.field import DOMAINS
from penstock.ml.data.schema.infer_domain import bounds_of, custom_domain, int_bounds, is_int_text, sorted_texts
from penstock.ml.data.schema.replace import replaced
from penstock.ml.data.schema.schema_view import domain_kind
from penstock.ml.data.schema.statistics_view import FeatureView

_OF_BYTES = ("natural_language_domain", "image_domain", "url_domain")


class Domains:
    """The vocabularies of a schema while features are fitted; those that cannot be kept are dropped."""

    def __init__(self, domains: tuple[StringDomain, ...]) -> None:
        self.all = list(domains)
        self.dropped: set[str] = set()

    def find(self, name: str) -> int:
        """Place of the first of a name; -1 for none."""
        return next((at for at, domain in enumerate(self.all) if domain.name == name), -1)

    def drop(self, name: str) -> None:
        """Drop every vocabulary of a name; who refers to it loses its domain."""
        self.all = [domain for domain in self.all if domain.name != name]
        self.dropped.add(name)


def fit_domain(feature: Feature, view: FeatureView, domains: Domains) -> Feature:
    """The feature with its domain widened, or without it where no width would do."""
    kind = domain_kind(feature)
    if view.statistics.type == "BYTES" and kind not in ("", *_OF_BYTES):
        return replaced(feature, **{kind: None})
    if not kind:
        return replaced(feature, **custom_domain(view))
    fit = _FITS.get(kind)
    return feature if fit is None else replaced(feature, **fit(feature, view, domains))


def _named(feature: Feature, view: FeatureView, domains: Domains) -> dict[str, Any]:
    name = feature.domain or ""
    at = domains.find(name)
    if at < 0 or view.num_invalid_utf8:
        domains.drop(name)
        return {"domain": None}
    domains.all[at] = _with_texts(domains.all[at], feature, view)
    return {}


def _texts(feature: Feature, view: FeatureView, _: Domains) -> dict[str, Any]:
    assert feature.string_domain is not None
    if view.num_invalid_utf8:
        return {"string_domain": None}
    return {"string_domain": _with_texts(feature.string_domain, feature, view)}


def _with_texts(domain: StringDomain, feature: Feature, view: FeatureView) -> StringDomain:
    known = set(domain.value)
    missing = {text: count for text, count in view.texts.items() if text not in known}
    constraints = feature.distribution_constraints
    mass = constraints.min_domain_mass if constraints is not None else None
    allowed = 0.0 if mass is None else 1.0 - mass
    share = sum(missing.values()) / view.num_values if view.num_values else 0.0
    if not missing or not (share > allowed or allowed == 0):
        return domain
    return replaced(domain, value=(*domain.value, *sorted_texts(missing)))


def _bool(feature: Feature, view: FeatureView, _: Domains) -> dict[str, Any]:
    domain = feature.bool_domain
    assert domain is not None
    if view.statistics.type == "STRING":
        valid = {domain.true_value, domain.false_value} - {None}
        return {} if view.texts.keys() <= valid else {"bool_domain": None}
    numeric = view.numeric
    if view.statistics.type == "INT" and (numeric.min < 0 or numeric.max > 1):
        low, high = int_bounds(numeric.min, numeric.max)
        return {"bool_domain": None, "int_domain": IntDomain(min=low, max=high)}
    if view.statistics.type == "FLOAT" and not _only_zero_and_one(view):
        return {"bool_domain": None, "float_domain": FloatDomain(min=numeric.min, max=numeric.max)}
    return {}


def _only_zero_and_one(view: FeatureView) -> bool:
    if not {view.numeric.min, view.numeric.max} <= {0.0, 1.0}:
        return False
    for histogram in view.numeric.histograms:
        between = any(
            bucket.sample_count > 0
            and (bucket.high_value < 0 or bucket.low_value > 1 or bucket.low_value > 0)
            and bucket.high_value < 1
            for bucket in histogram.buckets
        )
        if histogram.num_nan or between:
            return False
    return True


def _int(feature: Feature, view: FeatureView, _: Domains) -> dict[str, Any]:
    domain = feature.int_domain
    assert domain is not None
    if view.texts and view.statistics.type != "FLOAT":
        if not all(map(is_int_text, view.texts)):
            return {"int_domain": None}
        numbers = [int(text) for text in view.texts]
        bounds = min(numbers), max(numbers)
    elif view.statistics.type == "INT" and (seen := bounds_of(view)) is not None:
        bounds = int_bounds(*seen)
    else:
        return {}
    return {"int_domain": _widened(domain, *bounds)}


def _float(feature: Feature, view: FeatureView, _: Domains) -> dict[str, Any]:
    domain = feature.float_domain
    assert domain is not None
    numbers = _floats(view)
    if numbers is None:
        return {"float_domain": None}
    if domain.disallow_nan and any(map(math.isnan, numbers)):
        domain = replaced(domain, disallow_nan=False)
    if domain.disallow_inf and any(map(math.isinf, numbers)):
        domain = replaced(domain, disallow_inf=False)
    counted = [number for number in numbers if not math.isnan(number)]
    return {"float_domain": _widened(domain, min(counted), max(counted)) if counted else domain}


def _floats(view: FeatureView) -> list[float] | None:
    """Numbers that show the extent of a feature; None if a text is none."""
    if view.statistics.type == "FLOAT":
        has_nan = any(histogram.num_nan for histogram in view.numeric.histograms)
        return [view.numeric.min, view.numeric.max, *([math.nan] if has_nan else [])] if view.num_values else []
    try:
        return [float(text) for text in view.texts] if view.statistics.type == "STRING" else []
    except ValueError:
        return None


def _widened(domain: Any, least: float, most: float) -> Any:
    if domain.min is not None and least < domain.min:
        domain = replaced(domain, min=least)
    if domain.max is not None and most > domain.max:
        domain = replaced(domain, max=most)
    return domain


def _image(feature: Feature, view: FeatureView, _: Domains) -> dict[str, Any]:
    domain = feature.image_domain
    assert domain is not None
    sizes = view.statistics.bytes_stats
    if domain.max_image_byte_size is not None and sizes is not None:
        domain = replaced(domain, max_image_byte_size=max(domain.max_image_byte_size, sizes.max_num_bytes_int))
    return {"image_domain": domain}


_FITS: dict[str, Callable[[Feature, FeatureView, Domains], dict[str, Any]]] = {
    "domain": _named,
    "string_domain": _texts,
    "bool_domain": _bool,
    "int_domain": _int,
    "float_domain": _float,
    "image_domain": _image,
}


def other_domain(feature: Feature, view: FeatureView) -> dict[str, Any]:
    """What is left of a feature's domain when its type becomes that of the data: the bounds of numbers."""
    gone: dict[str, Any] = {name: None for name in DOMAINS if getattr(feature, name) is not None}
    if view.feature_type == "FLOAT" and feature.int_domain is not None:
        whole = feature.int_domain
        low, high = (None if bound is None else float(bound) for bound in (whole.min, whole.max))
        return {**gone, "float_domain": FloatDomain(min=low, max=high)}
    if view.feature_type == "INT" and feature.float_domain is not None:
        real = feature.float_domain
        least, most = (bound if bound is not None and math.isfinite(bound) else None for bound in (real.min, real.max))
        low_int = None if least is None else math.floor(least)
        return {**gone, "int_domain": IntDomain(min=low_int, max=None if most is None else math.ceil(most))}
    if feature.bool_domain == BoolDomain() and view.feature_type in ("INT", "FLOAT"):
        return {}
    return gone
