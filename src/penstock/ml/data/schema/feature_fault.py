"""Whether what the schema says of a feature makes sense, and the feature without what does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from penstock.ml.data.metadata.anomaly_type import AnomalyType
from penstock.ml.data.metadata.schema import Feature, ValueCount
from penstock.ml.data.schema.field import DOMAINS
from penstock.ml.data.schema.schema_view import SchemaView, domain_kind

_ALL = frozenset({"BYTES", "INT", "FLOAT", "STRUCT"})
_TYPES: Mapping[str, frozenset[str]] = {
    "": _ALL,
    "domain": frozenset({"BYTES"}),
    "bool_domain": frozenset({"INT", "BYTES", "FLOAT"}),
    "int_domain": frozenset({"INT", "BYTES"}),
    "float_domain": frozenset({"FLOAT", "BYTES"}),
    "string_domain": frozenset({"BYTES"}),
    "struct_domain": frozenset({"STRUCT"}),
    "natural_language_domain": frozenset({"BYTES", "INT"}),
    "image_domain": frozenset({"BYTES"}),
    "mid_domain": frozenset({"BYTES"}),
    "url_domain": frozenset({"BYTES"}),
    "time_domain": frozenset({"INT", "BYTES"}),
}
"""Types that may have a domain."""

_UNKNOWN_DOMAINS = frozenset({"time_of_day_domain", "audio_domain", "video_domain", "content_chunk_domain"})
"""Domains that TFDV 1.16 does not know how to check."""

_NO_DISTRIBUTION: Mapping[str, str] = {
    "": "distribution constraints require domain or string domain.",
    "bool_domain": "distribution constraints not supported for bool domains.",
    "int_domain": "distribution constraints not supported for int domains.",
    "float_domain": "distribution constraints not supported for float domains.",
    "struct_domain": "distribution constraints not supported for struct domains.",
    **dict.fromkeys(
        ("natural_language_domain", "image_domain", "mid_domain", "url_domain", "time_domain"),
        "distribution constraints not supported for semantic domains.",
    ),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What makes no sense in what the schema says of a feature.

    Parameters
    ----------
    type : str
        TensorFlow Metadata's word for the anomaly.
    short, description : str
        For people; ``short`` is TFDV's.
    """

    type: AnomalyType
    short: str
    description: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A fault in what the schema says of a feature.

    Parameters
    ----------
    is_broken : callable
    type : str
    short, description : str
        Format strings over ``feature`` and ``kind``, its domain's.
    repaired : callable, optional
        The feature without the fault; None where nothing else about it can be checked.
    """

    is_broken: Callable[[Feature, SchemaView], bool]
    type: AnomalyType
    short: str
    description: str
    repaired: Callable[[Feature], Feature] | None


def faults_of(feature: Feature, schema: SchemaView) -> tuple[tuple[Fault, ...], Feature | None]:
    """The faults of a feature of the schema, and the feature without them; None if nothing is left to check."""
    faults, left = _apply(COUNT_RULES, feature, schema)
    if left is None:
        return faults, None
    levels, left = _level_faults(left)
    rest, left = _apply(DOMAIN_RULES, left, schema)
    values = _value_faults(left, schema) if left is not None else ()
    return (*faults, *levels, *rest, *values), left


def _apply(rules: tuple[Rule, ...], feature: Feature, schema: SchemaView) -> tuple[tuple[Fault, ...], Feature | None]:
    faults: list[Fault] = []
    for rule in rules:
        if rule.is_broken(feature, schema):
            words = {"feature": feature, "kind": domain_kind(feature) or "UNSET"}
            faults.append(Fault(rule.type, rule.short.format(**words), rule.description.format(**words)))
            if rule.repaired is None:
                return tuple(faults), None
            feature = rule.repaired(feature)
    return tuple(faults), feature


def _presence(**fields: Any) -> Callable[[Feature], Feature]:
    return lambda feature: replace(feature, presence=replace(feature.presence, **fields))  # type: ignore[type-var]


def _without(*names: str) -> Callable[[Feature], Feature]:
    return lambda feature: replace(feature, **dict.fromkeys(names))


def _fraction(feature: Feature) -> float:
    return (feature.presence.min_fraction if feature.presence else None) or 0.0


def _fewest(count: ValueCount | None) -> int:
    return (count.min if count else None) or 0


def _is_crossed(count: ValueCount | None) -> bool:
    return count is not None and count.max is not None and count.max < _fewest(count)


def _has_texts(feature: Feature, _: SchemaView) -> bool:
    return feature.type is None and (feature.domain is not None or feature.string_domain is not None)


def _count(**fields: str) -> Callable[[Feature], Feature]:
    """Sets fields of the value count to what its other fields say."""

    def repaired(feature: Feature) -> Feature:
        count = feature.value_count or ValueCount()
        values = {name: getattr(count, other) if other else None for name, other in fields.items()}
        return replace(feature, value_count=replace(count, **values))

    return repaired


def _level_faults(feature: Feature) -> tuple[list[Fault], Feature]:
    if feature.value_counts is None:
        return [], feature
    faults, counts = [], list(feature.value_counts.value_count)
    for level, count in enumerate(counts):
        if _fewest(count) < 0:
            faults.append(_invalid("ValueCounts.min should not be negative", f"On level {level} it is {count.min}."))
            counts[level] = replace(count, min=None)
        if _is_crossed(counts[level]):
            told = f"On level {level} it is {count.max}, the minimum {_fewest(counts[level])}."
            faults.append(_invalid("ValueCounts.max should not be less than min", told))
            counts[level] = replace(counts[level], max=_fewest(counts[level]))
    return faults, replace(feature, value_counts=replace(feature.value_counts, value_count=tuple(counts)))


def _value_faults(feature: Feature, schema: SchemaView) -> Iterator[Fault]:
    """Faults of the values that a domain lists; TFDV finds them and drops what it found."""
    domain = feature.bool_domain
    if domain is not None and domain.true_value is not None and domain.true_value == domain.false_value:
        told = f"True and false are both {domain.true_value!r}."
        yield Fault("INVALID_DOMAIN_SPECIFICATION", "Malformed BoolDomain", told)
    texts = schema.string_domain(feature)
    if texts is not None and len(set(texts.value)) < len(texts.value):
        seen: set[str] = set()
        repeated = sorted({value for value in texts.value if value in seen or seen.add(value)})  # type: ignore[func-returns-value]
        told = f"Values are listed more than once: {', '.join(map(repr, repeated[:20]))}."
        yield Fault("INVALID_DOMAIN_SPECIFICATION", "Malformed StringDomain", told)


def _invalid(short: str, description: str) -> Fault:
    return Fault("INVALID_SCHEMA_SPECIFICATION", short, description)


def _distribution_rules() -> Iterator[Rule]:
    for kind, short in _NO_DISTRIBUTION.items():
        yield Rule(
            lambda feature, _, kind=kind: (  # type: ignore[misc]
                feature.distribution_constraints is not None and domain_kind(feature) == kind
            ),
            "INVALID_SCHEMA_SPECIFICATION",
            short,
            "min_domain_mass is a fraction of texts that a domain lists, and there is no such domain.",
            _without("distribution_constraints"),
        )


COUNT_RULES: tuple[Rule, ...] = (
    Rule(
        lambda feature, _: feature.name is None,
        "FEATURE_MISSING_NAME",
        "unspecified name (maybe meant to be the empty string): find name rather than deprecating.",
        "The schema has a feature without a name.",
        None,
    ),
    Rule(
        _has_texts,
        "FEATURE_MISSING_TYPE",
        "unspecified type: inferring the type to be BYTES, given the domain specified.",
        "The schema does not state the type; the domain is one of texts, so BYTES was assumed.",
        lambda feature: replace(feature, type="BYTES"),
    ),
    Rule(
        lambda feature, _: feature.type is None,
        "FEATURE_MISSING_TYPE",
        "unspecified type: determine the type and set it, rather than deprecating.",
        "The schema does not state the type, so nothing was checked.",
        None,
    ),
    Rule(
        lambda feature, _: _fraction(feature) < 0,
        "INVALID_SCHEMA_SPECIFICATION",
        "min_fraction should not be negative: clear is equal to zero",
        "presence.min_fraction is {feature.presence.min_fraction}.",
        _presence(min_fraction=None),
    ),
    Rule(
        lambda feature, _: _fraction(feature) > 1,
        "INVALID_SCHEMA_SPECIFICATION",
        "min_fraction should not greater than 1",
        "presence.min_fraction is {feature.presence.min_fraction}; 1 was taken.",
        _presence(min_fraction=1.0),
    ),
    Rule(
        lambda feature, _: _fewest(feature.value_count) < 0,
        "INVALID_SCHEMA_SPECIFICATION",
        "ValueCount.min should not be negative",
        "value_count.min is {feature.value_count.min}.",
        _count(min=""),
    ),
    Rule(
        lambda feature, _: _is_crossed(feature.value_count),
        "INVALID_SCHEMA_SPECIFICATION",
        "ValueCount.max should not be less than min",
        "value_count.max is {feature.value_count.max}, less than value_count.min {feature.value_count.min}.",
        _count(max="min"),
    ),
)
"""Faults of the name, the type and the numbers of values, in the order in which they are looked at."""

DOMAIN_RULES: tuple[Rule, ...] = (
    Rule(
        lambda feature, _: any((dim.size or 0) <= 0 for dim in (feature.shape.dim if feature.shape else ())),
        "INVALID_SCHEMA_SPECIFICATION",
        "Shape.dim.size must be a positive integer",
        "The shape has a dimension of size 0 or less, so it was not checked.",
        _without("shape"),
    ),
    Rule(
        lambda feature, _: str(feature.type) not in _TYPES.get(domain_kind(feature), _ALL),
        "DOMAIN_INVALID_FOR_TYPE",
        "The domain does not match the type",
        'The domain "{kind}" does not suit the type {feature.type}.',
        _without(*DOMAINS),
    ),
    *_distribution_rules(),
    Rule(
        lambda feature, schema: feature.domain is not None and feature.domain not in schema.string_domains,
        "INVALID_DOMAIN_SPECIFICATION",
        "missing domain: {feature.domain}",
        "The feature names the domain '{feature.domain}', which the schema does not have.",
        _without("domain"),
    ),
    Rule(
        lambda feature, _: domain_kind(feature) in _UNKNOWN_DOMAINS,
        "INVALID_DOMAIN_SPECIFICATION",
        "internal issue: unknown domain_info type",
        "Nothing is known about values of a {kind}, so they were not checked.",
        _without(*DOMAINS),
    ),
)
"""Faults of the shape and the domain; each rule sees the feature as those before it left it."""
