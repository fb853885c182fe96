"""A feature of a schema, loosened until its statistics fit: what TFDV does to a schema to fix an anomaly.

Where TFDV gives a feature up by calling it deprecated (its column is gone, or has another type), loosening for people
keeps it: it need not be there any more, or takes the type that the data have.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any

from penstock.ml.data.metadata.domain import BoolDomain, StringDomain
from penstock.ml.data.metadata.schema import Feature, FeaturePresence, ValueCount
from penstock.ml.data.schema.environment import is_in_environment
from penstock.ml.data.schema.feature_fault import faults_of
from penstock.ml.data.schema.fit_domain import Domains, fit_domain, other_domain
from penstock.ml.data.schema.infer import with_value_count
from penstock.ml.data.schema.replace import replaced
from penstock.ml.data.schema.schema_view import SchemaView, is_active
from penstock.ml.data.schema.statistics_view import FeatureView


@dataclass(frozen=True, slots=True)
class FitRules:
    """How features are fitted.

    Parameters
    ----------
    environment : str or None
        Where the data comes from.
    default : tuple of str
        The schema's default environments.
    deprecates : bool
        Whether features are given up as TFDV does, by calling them deprecated.
    num_examples : float
        Rows of the data, or the sum of their weights.
    """

    environment: str | None
    default: tuple[str, ...]
    deprecates: bool
    num_examples: float


def fit_feature(feature: Feature, view: FeatureView, schema: SchemaView, domains: Domains, rules: FitRules) -> Feature:
    """The feature, loosened where its statistics do not fit; what is inside of it stays."""
    if not is_active(feature):
        return feature
    feature = _sound(feature, view, schema, rules)
    if not is_active(feature):
        return feature
    if view.num_present == 0:
        return given_up(feature, rules) if is_required(feature, rules) else feature
    feature = _in_environment(feature, rules)
    feature = _fit_shape(_fit_counts(feature, view), view)
    feature = _fit_presence(feature, view, rules.num_examples)
    if view.feature_type != feature.type:
        if rules.deprecates:
            feature = replaced(feature, lifecycle_stage="DEPRECATED")
        else:
            feature = replaced(feature, type=view.feature_type, **other_domain(feature, view))
    feature = _derived(_fit_unique(fit_domain(feature, view, domains), view), view)
    return feature if rules.deprecates else without_idle_mass(feature)


def is_required(feature: Feature, rules: FitRules) -> bool:
    """Whether a schema misses the feature where it has no values."""
    presence = feature.presence
    if not is_active(feature) or presence is None:
        return False
    if (presence.min_count or 0) <= 0 and (presence.min_fraction or 0.0) <= 0:
        return False
    return is_in_environment(feature, rules.environment, rules.default)


def given_up(feature: Feature, rules: FitRules) -> Feature:
    """A feature whose column is gone: deprecated, or not required any more (a shape would require it still)."""
    if rules.deprecates:
        return replaced(feature, lifecycle_stage="DEPRECATED")
    return replaced(feature, presence=FeaturePresence(min_count=0), shape=None)


def _sound(feature: Feature, view: FeatureView, schema: SchemaView, rules: FitRules) -> Feature:
    """The feature without faults of its own."""
    if feature.type is None and not rules.deprecates:
        feature = replaced(feature, type=view.feature_type)
    _, sound = faults_of(feature, schema)
    if sound is None:
        return replaced(feature, lifecycle_stage="DEPRECATED")
    domain = sound.bool_domain
    if domain is not None and domain.true_value is not None and domain.true_value == domain.false_value:
        sound = replaced(sound, bool_domain=BoolDomain(name=domain.name, true_value=domain.true_value))
    if sound.string_domain is not None:
        sound = replaced(sound, string_domain=once_each(sound.string_domain))
    return sound


def once_each(domain: StringDomain) -> StringDomain:
    """A vocabulary with each value once."""
    return replaced(domain, value=tuple(dict.fromkeys(domain.value)))


def _in_environment(feature: Feature, rules: FitRules) -> Feature:
    if rules.environment is None or is_in_environment(feature, rules.environment, rules.default):
        return feature
    others = tuple(name for name in feature.not_in_environment if name != rules.environment)
    feature = replaced(feature, not_in_environment=others)
    if is_in_environment(feature, rules.environment, rules.default):
        return feature
    return replaced(feature, in_environment=(*feature.in_environment, rules.environment))


def _fit_counts(feature: Feature, view: FeatureView) -> Feature:
    given = feature.value_counts.value_count if feature.value_counts is not None else ()
    if feature.value_count is not None:
        given = (feature.value_count,)
    elif feature.value_counts is None:
        return feature
    if len(given) != len(view.levels) or (len(view.levels) > 1 and feature.value_count is not None):
        return with_value_count(replaced(feature, value_count=None, value_counts=None), view)
    counts = tuple(_wider(count, *seen) for count, seen in zip(given, view.levels, strict=True))
    if feature.value_count is not None:
        return replaced(feature, value_count=counts[0])
    assert feature.value_counts is not None
    return replaced(feature, value_counts=replaced(feature.value_counts, value_count=counts))


def _wider(count: ValueCount, least: int, most: int) -> ValueCount:
    if count.min is not None and least < count.min:
        count = replaced(count, min=least or None)
    if count.max is not None and most > count.max:
        count = replaced(count, max=most)
    return count


def _fit_shape(feature: Feature, view: FeatureView) -> Feature:
    if feature.shape is None:
        return feature
    is_fixed = all(least == most != 0 for least, most in view.levels) and not any(view.missing_levels)
    expected = prod(dim.size or 0 for dim in feature.shape.dim)
    fits = is_fixed and prod(least for least, _ in view.levels) == expected
    return feature if fits else replaced(feature, shape=None)


def _fit_presence(feature: Feature, view: FeatureView, total: float) -> Feature:
    presence = feature.presence
    if presence is None:
        return feature
    changes: dict[str, Any] = {}
    if presence.min_count is not None and view.num_present < presence.min_count:
        changes["min_count"] = int(view.num_present)
    if presence.min_fraction is not None and view.num_missing and total > 0:
        share = view.num_present / total
        # So near to 1 that it rounds to it: the bound must be told from 1, which tolerates no missing row.
        changes["min_fraction"] = min(presence.min_fraction, share if share < 1 else 0.9999)
    return replaced(feature, presence=replaced(presence, **changes)) if changes else feature


def without_idle_mass(feature: Feature) -> Feature:
    """The feature without a constraint on the share of a vocabulary that it does not have (any more)."""
    if feature.domain is None and feature.string_domain is None and feature.distribution_constraints is not None:
        return replaced(feature, distribution_constraints=None)
    return feature


def _derived(feature: Feature, view: FeatureView) -> Feature:
    """The feature with the source that validation derived it from, and the stage of such features."""
    source = feature.validation_derived_source or view.statistics.validation_derived_source
    if source is None:
        return feature
    return replaced(feature, validation_derived_source=source, lifecycle_stage="VALIDATION_DERIVED")


def _fit_unique(feature: Feature, view: FeatureView) -> Feature:
    unique = feature.unique_constraints
    if unique is None:
        return feature
    if view.num_unique is None:
        return replaced(feature, unique_constraints=None)
    least, most = unique.min or 0, unique.max or 0
    changes: dict[str, int] = {}
    if view.num_unique < least:
        changes["min"] = view.num_unique
    if view.num_unique > most:
        changes["max"] = view.num_unique
    return replaced(feature, unique_constraints=replaced(unique, **changes)) if changes else feature
