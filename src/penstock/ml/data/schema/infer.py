"""Statistics into the schema that data like these must follow, by the rules of TFDV's ``infer_schema``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from penstock.ml.data.metadata.domain import StringDomain
from penstock.ml.data.metadata.schema import (
    Dim,
    Feature,
    FeaturePresence,
    FixedShape,
    SchemaMessage,
    StructDomain,
    ValueCount,
    ValueCountList,
)
from penstock.ml.data.metadata.statistics import DatasetStatistics, StatisticsList
from penstock.ml.data.schema.infer_domain import DomainRules, infer_domain
from penstock.ml.data.schema.replace import replaced
from penstock.ml.data.schema.schema import Schema
from penstock.ml.data.schema.statistics_view import DatasetView, FeatureView, is_weighted
from penstock.ml.data.statistics.all_rows import all_rows

if TYPE_CHECKING:
    from penstock.ml.data.statistics.statistics import Statistics

MAX_STRING_DOMAIN_SIZE = 100


@dataclass(frozen=True, slots=True)
class InferRules:
    """What inference may conclude; see `infer_schema`."""

    infer_feature_shape: bool = True
    domains: DomainRules = field(default_factory=DomainRules)


def infer_schema(
    statistics: Statistics | StatisticsList | DatasetStatistics,
    *,
    infer_feature_shape: bool = True,
    max_string_domain_size: int = MAX_STRING_DOMAIN_SIZE,
    numeric_bounds: bool = False,
    environments: Iterable[str] = (),
) -> Schema:
    """The schema that the data of some statistics follow.

    As TFDV infers it: a feature is required where no row lacks it; a shape where all rows have the same number of
    values, else limits of that number; a boolean domain for ints that reach from 0 (or 1) to 1 and for texts like
    ``true`` and ``false``; an int domain for texts that are whole numbers; a closed vocabulary for texts of few
    values. Weighted statistics count where there are any. Two things go beyond it: the types of dates, times and
    booleans of a column that has such a type, and the bounds on request; and one deviates: categorical ints keep
    being ints, while TFDV gives them a domain of texts that its own validation then refuses.

    Parameters
    ----------
    statistics : Statistics, StatisticsList or DatasetStatistics
        Of all rows; slices beside them are left out.
    infer_feature_shape : bool
        False gives limits of the number of values instead of shapes.
    max_string_domain_size : int
        Texts with at most so many different values become a closed vocabulary.
    numeric_bounds : bool
        Whether numbers must stay between the least and the greatest that were seen.
    environments : iterable of str
        The schema's default environments.

    Returns
    -------
    Schema
        Features in the order of the statistics; those inside of structs in the order of their names.

    Raises
    ------
    DataError
        If there are no statistics of all rows.
    """
    rules = InferRules(
        infer_feature_shape=infer_feature_shape,
        domains=DomainRules(max_string_domain_size=max_string_domain_size, numeric_bounds=numeric_bounds),
    )
    view = view_of(statistics, where="infer_schema()")
    inference = Inference(view, rules, [])
    features = tuple(inference.feature(child) for child in view.children.get((), ()) if child.common is not None)
    return Schema(
        SchemaMessage(
            feature=features,
            string_domain=tuple(inference.domains),
            default_environment=tuple(environments),
        )
    )


def view_of(statistics: Statistics | StatisticsList | DatasetStatistics, *, where: str) -> DatasetView:
    """The statistics of all rows, weighted where they are.

    Raises
    ------
    DataError
        If something else is given, or there are several and none is of all rows.
    """
    dataset = all_rows(statistics, where=where)
    return DatasetView(dataset, is_weighted(dataset))


@dataclass
class Inference:
    """Features from views of statistics, and the vocabularies that they refer to.

    Parameters
    ----------
    data : DatasetView
    rules : InferRules
    domains : list of StringDomain
        Gets the new ones.
    """

    data: DatasetView
    rules: InferRules
    domains: list[StringDomain]

    def feature(self, view: FeatureView) -> Feature:
        """The feature, with everything inside of it."""
        feature = self.shallow(view)
        children = sorted(self.data.children.get(view.path, ()), key=lambda child: child.path)
        inner = tuple(self.feature(child) for child in children if child.common is not None)
        return replaced(feature, struct_domain=StructDomain(feature=inner)) if inner else feature

    def shallow(self, view: FeatureView) -> Feature:
        """The feature without what is inside of it."""
        feature = _present(Feature(name=view.path[-1], type=view.feature_type), view, self.rules.infer_feature_shape)
        source = view.statistics.validation_derived_source
        if source is not None:
            feature = replaced(feature, lifecycle_stage="VALIDATION_DERIVED", validation_derived_source=source)
        return infer_domain(feature, view, self.rules.domains, self.domains)


def _present(feature: Feature, view: FeatureView, infer_feature_shape: bool) -> Feature:
    """Presence and number of values."""
    if view.num_present <= 0:
        return replaced(feature, presence=FeaturePresence(min_count=0))
    presence = FeaturePresence(
        min_count=1 if view.num_present >= 1 else 0, min_fraction=1.0 if view.num_missing == 0 else None
    )
    shape = fixed_shape(view) if infer_feature_shape else None
    if shape is not None:
        return replaced(feature, presence=presence, shape=shape)
    return replaced(with_value_count(feature, view), presence=presence)


def fixed_shape(view: FeatureView) -> FixedShape | None:
    """The shape that all rows have; None where one lacks the feature, or they differ, and for structs."""
    if view.feature_type == "STRUCT" or any(view.missing_levels):
        return None
    if any(least != most or least <= 0 for least, most in view.levels):
        return None
    return FixedShape(dim=tuple(Dim(size=least) for least, _ in view.levels))


def with_value_count(feature: Feature, view: FeatureView) -> Feature:
    """The feature with limits of the number of its values, on each level where lists are nested."""
    counts = tuple(_count(least, most) for least, most in view.levels)
    if len(counts) > 1:
        return replaced(feature, value_counts=ValueCountList(value_count=counts))
    return replaced(feature, value_count=counts[0]) if counts[0] != ValueCount() else feature


def _count(least: int, most: int) -> ValueCount:
    if least <= 0:
        return ValueCount()
    return ValueCount(min=least, max=most) if least == most else ValueCount(min=1)
