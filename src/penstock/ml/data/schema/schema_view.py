"""The schema as checks and fitting read it: features by path, domains by name, environments, lifecycle stages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from penstock.core.error import DataError
from penstock.ml.data.metadata.domain import StringDomain
from penstock.ml.data.metadata.schema import Feature, LifecycleStage, SchemaMessage, SparseFeature, WeightedFeature
from penstock.ml.data.schema.environment import is_in_environment
from penstock.ml.data.schema.field import DOMAINS

Steps = tuple[str, ...]

INACTIVE: frozenset[LifecycleStage] = frozenset({"PLANNED", "ALPHA", "DEPRECATED", "DEBUG_ONLY", "DISABLED"})
"""Stages of features that are not checked."""


def domain_kind(feature: Feature) -> str:
    """Name of the field that holds the domain; empty for none."""
    return next((name for name in DOMAINS if getattr(feature, name) is not None), "")


def is_active(feature: Feature | SparseFeature | WeightedFeature | None) -> bool:
    """Whether a feature is there and its stage lets it be checked."""
    if feature is None or getattr(feature, "deprecated", None):
        return False
    return feature.lifecycle_stage not in INACTIVE


@dataclass(frozen=True)
class SchemaView:
    """A schema by path and by name.

    Parameters
    ----------
    message : SchemaMessage
    """

    message: SchemaMessage

    @classmethod
    def of(cls, schema: Any, *, where: str) -> SchemaView:
        """The view of what a caller gives as a schema.

        Parameters
        ----------
        schema : Schema or SchemaMessage
        where : str
            Who asks: ``validate()``.

        Raises
        ------
        DataError
            If something else is given.
        """
        message = getattr(schema, "message", schema)
        if not isinstance(message, SchemaMessage):
            raise DataError(
                f"{type(schema).__name__} is no schema",
                where=where,
                fix="give a Schema: infer it with infer_schema(statistics), or load it with Schema.load(path)",
            )
        return cls(message)

    @cached_property
    def features(self) -> Mapping[Steps, Feature]:
        """All features by path; of two with one path the first counts."""
        found: dict[Steps, Feature] = {}
        for path, feature in _walk((), self.message.feature):
            found.setdefault(path, feature)
        return found

    @cached_property
    def sparse(self) -> Mapping[Steps, SparseFeature]:
        """Sparse features by path."""
        found: dict[Steps, SparseFeature] = {}
        for sparse in self.message.sparse_feature:
            found.setdefault((sparse.name or "",), sparse)
        for path, feature in self.features.items():
            for sparse in feature.struct_domain.sparse_feature if feature.struct_domain else ():
                found.setdefault((*path, sparse.name or ""), sparse)
        return found

    @cached_property
    def weighted(self) -> Mapping[Steps, WeightedFeature]:
        """Weighted features by path."""
        return {(feature.name or "",): feature for feature in reversed(self.message.weighted_feature)}

    @cached_property
    def string_domains(self) -> Mapping[str, StringDomain]:
        """Domains that features name."""
        return {domain.name or "": domain for domain in reversed(self.message.string_domain)}

    def string_domain(self, feature: Feature) -> StringDomain | None:
        """The texts that a feature may have, its own or those it names."""
        if feature.domain is not None:
            return self.string_domains.get(feature.domain)
        return feature.string_domain

    def is_in_environment(self, feature: Feature, environment: str) -> bool:
        """Whether a feature belongs into an environment; into none given it does."""
        return is_in_environment(feature, environment, self.message.default_environment)

    def is_required(self, feature: Feature, environment: str) -> bool:
        """Whether a feature must be in the data."""
        presence = feature.presence
        if not is_active(feature) or presence is None:
            return False
        if (presence.min_count or 0) <= 0 and (presence.min_fraction or 0.0) <= 0.0:
            return False
        return self.is_in_environment(feature, environment)

    def required(self, environment: str) -> Iterator[Steps]:
        """Paths that must be in the data; nothing inside of a struct that is not active."""
        inactive = {path for path, feature in self.features.items() if not is_active(feature)}
        for path, feature in self.features.items():
            outer = [path[:size] for size in range(1, len(path))]
            if self.is_required(feature, environment) and not inactive.intersection(outer):
                yield path


def _walk(outer: Steps, features: tuple[Feature, ...]) -> Iterator[tuple[Steps, Feature]]:
    for feature in features:
        path = (*outer, feature.name or "")
        yield path, feature
        if feature.struct_domain is not None:
            yield from _walk(path, feature.struct_domain.feature)
