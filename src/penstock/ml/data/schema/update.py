"""A schema extended until statistics fit it, by the rules of TFDV's ``update_schema``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from penstock.ml.data.metadata.schema import Feature, SchemaMessage, SparseFeature, StructDomain, WeightedFeature
from penstock.ml.data.metadata.statistics import DatasetStatistics, StatisticsList
from penstock.ml.data.schema.fit import FitRules, fit_feature, given_up, is_required, without_idle_mass
from penstock.ml.data.schema.fit_domain import Domains
from penstock.ml.data.schema.infer import MAX_STRING_DOMAIN_SIZE, Inference, InferRules, view_of
from penstock.ml.data.schema.infer_domain import DomainRules
from penstock.ml.data.schema.replace import replaced
from penstock.ml.data.schema.schema import Schema
from penstock.ml.data.schema.schema_view import SchemaView, is_active
from penstock.ml.data.schema.statistics_view import DatasetView, FeatureView

if TYPE_CHECKING:
    from penstock.ml.data.statistics.statistics import Statistics

Steps = tuple[str, ...]
C = TypeVar("C", SparseFeature, WeightedFeature)


def update_schema(
    schema: Schema,
    statistics: Statistics | StatisticsList | DatasetStatistics,
    *,
    max_string_domain_size: int = MAX_STRING_DOMAIN_SIZE,
    environment: str | None = None,
) -> Schema:
    """The schema extended so that the data of some statistics fit it, as TFDV does.

    Bounds are widened, values added to vocabularies, presence and shapes loosened, new features added as
    `infer_schema` would (with limits of their number of values, not shapes). A feature that is gone from the data, or
    has another type there, becomes deprecated. `relax` is made for people: it keeps such features, and can be
    restricted to some.

    Parameters
    ----------
    schema : Schema
    statistics : Statistics, StatisticsList or DatasetStatistics
    max_string_domain_size : int
        Of the vocabularies of new features.
    environment : str, optional
        Where the data come from; features of other environments that they have are added to it.

    Raises
    ------
    DataError
        If there are no statistics of all rows.
    """
    view = view_of(statistics, where="update_schema()")
    known = SchemaView.of(schema, where="update_schema()")
    fitting = Fitting(
        known,
        view,
        FitRules(environment, known.message.default_environment, True, view.num_examples),
        InferRules(False, DomainRules(max_string_domain_size)),
    )
    return Schema(fitting.message(lambda path: True))


@dataclass(frozen=True, slots=True)
class Fitting:
    """Fits a schema to a data set.

    Parameters
    ----------
    schema : SchemaView
    data : DatasetView
    rules : FitRules
    new : InferRules
        For features that the schema lacks.
    """

    schema: SchemaView
    data: DatasetView
    rules: FitRules
    new: InferRules

    def message(self, is_chosen: Callable[[Steps], bool]) -> SchemaMessage:
        """The schema fitted in the features whose paths are chosen."""
        message = self.schema.message
        domains = Domains(message.string_domain)
        features = self._features(message.feature, (), domains, is_chosen)
        if domains.dropped:
            features = tuple(_without_domains(part, domains.dropped, self.rules.deprecates) for part in features)
        return replaced(
            message,
            feature=features,
            sparse_feature=tuple(self._composite(part, is_chosen) for part in message.sparse_feature),
            weighted_feature=tuple(self._composite(part, is_chosen) for part in message.weighted_feature),
            string_domain=tuple(domains.all),
        )

    def _features(
        self, features: tuple[Feature, ...], parent: Steps, domains: Domains, is_chosen: Callable[[Steps], bool]
    ) -> tuple[Feature, ...]:
        """Features of a struct, or of the top level: the known ones fitted, then the new ones."""
        inference = Inference(self.data, self.new, domains.all)
        fitted = [self._fitted((*parent, part.name or ""), part, domains, is_chosen) for part in features]
        known = {(*parent, part.name or "") for part in features}
        views = self.data.children.get(parent, ())
        if parent:
            views = tuple(sorted(views, key=lambda view: view.path))
        for view in views:
            is_new = view.path not in known and view.path not in self._composites and view.common is not None
            if is_new and is_chosen(view.path):
                inference.domains = domains.all
                fitted.append(inference.feature(view))
        return tuple(fitted)

    def _fitted(self, path: Steps, feature: Feature, domains: Domains, is_chosen: Callable[[Steps], bool]) -> Feature:
        view = self.data.features.get(path)
        if path in self._composites:
            return feature
        if is_chosen(path):
            feature = self._alone(path, feature, view, domains)
        if not is_active(feature) or (view is not None and view.feature_type != "STRUCT"):
            return feature
        known = feature.struct_domain or StructDomain()
        inner = self._features(known.feature, path, domains, is_chosen) if view is not None or known.feature else ()
        if not inner and feature.struct_domain is None:
            return feature
        return replaced(feature, struct_domain=StructDomain(feature=inner, sparse_feature=known.sparse_feature))

    def _alone(self, path: Steps, feature: Feature, view: FeatureView | None, domains: Domains) -> Feature:
        if view is not None:
            return fit_feature(feature, view, self.schema, domains, self.rules)
        return given_up(feature, self.rules) if is_required(feature, self.rules) else feature

    @property
    def _composites(self) -> set[Steps]:
        """Names of sparse and weighted features that are in use."""
        message = self.schema.message
        parts: tuple[SparseFeature | WeightedFeature, ...] = (*message.sparse_feature, *message.weighted_feature)
        return {(part.name or "",) for part in parts if is_active(part)}

    def _composite(self, feature: C, is_chosen: Callable[[Steps], bool]) -> C:
        """The feature, deprecated where its parts do not go together."""
        view = self.data.features.get((feature.name or "",))
        if view is None or not is_active(feature) or not is_chosen(view.path):
            return feature
        collides = view.path in self.schema.features
        return replaced(feature, lifecycle_stage="DEPRECATED") if collides or _is_broken(view) else feature


def _is_broken(view: FeatureView) -> bool:
    """Whether a statistic of a sparse or weighted feature counts anything missing or of another length."""
    return any(
        statistic.num or (ranks is not None and any(bucket.sample_count for bucket in ranks.buckets))
        for statistic in view.customs
        for ranks in (statistic.rank_histogram,)
    )


def _without_domains(feature: Feature, dropped: set[str], deprecates: bool) -> Feature:
    """The feature, and those inside of it, without references to vocabularies that are gone."""
    if feature.domain in dropped:
        feature = replaced(feature, domain=None)
        feature = feature if deprecates else without_idle_mass(feature)
    if feature.struct_domain is not None:
        inner = tuple(_without_domains(part, dropped, deprecates) for part in feature.struct_domain.feature)
        feature = replaced(feature, struct_domain=replaced(feature.struct_domain, feature=inner))
    return feature
