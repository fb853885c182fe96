"""What each measure of each feature may be at most: as given, else as the schema's comparators say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from penstock.core.error import UsageError, closest
from penstock.ml.data.drift.jensen_shannon import Source
from penstock.ml.data.drift.measurement import MEASURES
from penstock.ml.data.metadata.schema import Feature, FeatureComparator, SchemaMessage

Thresholds = Mapping[str, "float | Mapping[str, float]"]


@dataclass(frozen=True)
class Limits:
    """Thresholds by feature.

    Parameters
    ----------
    given : mapping
        Measures with their thresholds for all features, and features with those of their own.
    from_schema : mapping of tuple of str to FeatureComparator
        By path.
    optional : frozenset of tuple of str
        Paths of features that the schema expects in some environments only: a side may lack them.
    """

    given: Thresholds = field(default_factory=dict)
    from_schema: Mapping[tuple[str, ...], FeatureComparator] = field(default_factory=dict)
    optional: frozenset[tuple[str, ...]] = frozenset()

    def of(self, name: str, path: tuple[str, ...]) -> dict[str, float]:
        """Thresholds of one feature by measure: its own, else those for all, else the schema's."""
        found = _comparator_limits(self.from_schema.get(path, FeatureComparator()))
        found.update({key: value for key, value in self.given.items() if not isinstance(value, Mapping)})
        own = self.given.get(name)
        found.update(own if isinstance(own, Mapping) else {})
        return {measure: float(value) for measure, value in found.items()}

    def own(self, name: str, path: tuple[str, ...]) -> frozenset[str]:
        """Measures with a limit for this feature by name: those should apply to it."""
        given = self.given.get(name)
        by_name = frozenset(given) if isinstance(given, Mapping) else frozenset()
        return by_name | frozenset(_comparator_limits(self.from_schema.get(path, FeatureComparator())))

    def __bool__(self) -> bool:
        """Whether there is any limit."""
        return any(value != {} for value in self.given.values()) or any(
            map(_comparator_limits, self.from_schema.values())
        )

    def source(self, path: tuple[str, ...]) -> Source:
        """Histogram for the Jensen-Shannon divergence."""
        divergence = self.from_schema.get(path, FeatureComparator()).jensen_shannon_divergence
        return (divergence.source.type if divergence and divergence.source else None) or "DEFAULT"


def limits_of(schema: SchemaMessage | None, given: Thresholds, kind: str, names: Iterable[str]) -> Limits:
    """Check and gather thresholds.

    Parameters
    ----------
    schema : SchemaMessage, optional
    given : mapping
        ``{"jensen_shannon": 0.1, "company": {"l_infinity": 0.05}}``.
    kind : str
        ``drift`` or ``skew``: which comparators of the schema.
    names : iterable of str
        All features.

    Raises
    ------
    UsageError
        If a measure or feature is unknown, or a threshold is no number of at least 0.
    """
    known = list(names)
    for key, value in given.items():
        if isinstance(value, Mapping):
            _check_name(key, known, "feature")
            for measure, number in value.items():
                _check_threshold(measure, number)
        else:
            _check_threshold(key, value)
    found = list(_features(schema.feature, ())) if schema else []
    comparators = {
        path: comparator
        for path, feature in found
        if (comparator := feature.skew_comparator if kind == "skew" else feature.drift_comparator) is not None
    }
    partly = frozenset(path for path, feature in found if feature.not_in_environment or feature.in_environment)
    return Limits(given, comparators, partly)


def _comparator_limits(comparator: FeatureComparator) -> dict[str, float]:
    parts = {
        "l_infinity": comparator.infinity_norm,
        "normalized_abs_difference": comparator.normalized_abs_difference,
        "jensen_shannon": comparator.jensen_shannon_divergence,
    }
    return {name: part.threshold for name, part in parts.items() if part is not None and part.threshold is not None}


def _features(features: Iterable[Feature], parent: tuple[str, ...]) -> Iterable[tuple[tuple[str, ...], Feature]]:
    for feature in features:
        path = (*parent, feature.name or "")
        yield path, feature
        if feature.struct_domain is not None:
            yield from _features(feature.struct_domain.feature, path)


def _check_threshold(measure: str, value: Any) -> None:
    _check_name(measure, MEASURES, "measure")
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= 0:
        raise UsageError(f"the threshold of {measure} is {value!r}", where="compare", fix="give a number of at least 0")


def _check_name(name: str, known: Iterable[str], what: str) -> None:
    if name not in known:
        raise UsageError(
            f"there is no {what} '{name}'; {closest(name, known)}", where="compare", fix=f"use a known {what}"
        )
