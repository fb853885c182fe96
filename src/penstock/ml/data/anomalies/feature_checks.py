"""The way through schema and statistics: what the checks say of each feature, and of the data set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from penstock.ml.data.anomalies.check.dataset import dataset
from penstock.ml.data.anomalies.check.sparse import sparse
from penstock.ml.data.anomalies.check.table import check_feature
from penstock.ml.data.anomalies.check.weighted import weighted
from penstock.ml.data.anomalies.problem import Context, Measured, Problem, Subject
from penstock.ml.data.metadata.anomaly_type import Severity
from penstock.ml.data.metadata.schema import Feature
from penstock.ml.data.schema.check import split_severity
from penstock.ml.data.schema.feature_fault import faults_of
from penstock.ml.data.schema.schema_view import Steps, is_active
from penstock.ml.data.schema.statistics_view import FeatureView


@dataclass(frozen=True, slots=True)
class FeatureChecks:
    """What the checks say of one feature, or (with an empty path) of the data set.

    Parameters
    ----------
    path : tuple of str
    feature : Feature, optional
        Of the schema, as far as it could be checked.
    problems : tuple of Problem
    measured : tuple of Measured
    severity : str
    """

    path: Steps
    feature: Feature | None
    problems: tuple[Problem, ...]
    measured: tuple[Measured, ...] = ()
    severity: Severity = "ERROR"


def check_all(context: Context) -> Iterator[FeatureChecks]:
    """Features that the data have, those that they lack, and the data set."""
    for view in context.data.children.get((), ()):
        yield from _inside(view, context)
    for path in context.schema.required(context.environment):
        if path not in context.data.features:
            feature = context.schema.features[path]
            told = "The column is required, and the data do not have it."
            problem = Problem("SCHEMA_MISSING_COLUMN", "Column dropped", told)
            yield FeatureChecks(path, feature, (problem,), (), _severity(feature))
    yield FeatureChecks((), None, tuple(dataset(context)))


def _inside(view: FeatureView, context: Context) -> Iterator[FeatureChecks]:
    """A feature and those inside of it; what is inside of a feature that is new or not active is not looked at."""
    schema = context.schema
    feature, combined = schema.features.get(view.path), schema.sparse.get(view.path)
    weights = schema.weighted.get(view.path)
    if feature is None and combined is None and not is_active(weights):
        if weights is None:
            told = "The data have the column, and the schema does not."
            yield FeatureChecks(view.path, None, (Problem("SCHEMA_NEW_COLUMN", "New column", told),))
        return
    if not is_active(feature or combined or weights):
        return
    checks = _composite(view, context) or _plain(view, feature, context)
    yield checks
    if checks.feature is not None and not _is_given_up(checks):
        for child in context.data.children.get(view.path, ()):
            yield from _inside(child, context)


def _composite(view: FeatureView, context: Context) -> FeatureChecks | None:
    """A sparse or weighted feature, or one that has its name from two of them."""
    schema = context.schema
    feature, combined = schema.features.get(view.path), schema.sparse.get(view.path)
    if is_active(schema.weighted.get(view.path)):
        if feature is not None or combined is not None:
            short = "Weighted feature name collision"
            told = "A weighted feature has the name of another feature, so neither was checked."
            return FeatureChecks(view.path, None, (Problem("WEIGHTED_FEATURE_NAME_COLLISION", short, told),))
        return FeatureChecks(view.path, None, tuple(weighted(view)))
    if is_active(combined):
        if is_active(feature):
            told = "A sparse feature has the name of another feature, so neither was checked."
            short = "Sparse feature name collision"
            return FeatureChecks(view.path, None, (Problem("SPARSE_FEATURE_NAME_COLLISION", short, told),))
        return FeatureChecks(view.path, None, tuple(sparse(view)))
    return None


def _plain(view: FeatureView, feature: Feature | None, context: Context) -> FeatureChecks:
    if feature is None:
        return FeatureChecks(view.path, None, ())
    faults, repaired = faults_of(feature, context.schema)
    wrong = tuple(Problem(fault.type, fault.short, fault.description) for fault in faults)
    if repaired is None:
        return FeatureChecks(view.path, None, wrong, (), _severity(feature))
    found = tuple(check_feature(Subject(repaired, view, context)))
    problems = tuple(part for part in found if isinstance(part, Problem))
    measured = tuple(part for part in found if isinstance(part, Measured))
    return FeatureChecks(view.path, repaired, (*wrong, *problems), measured, _severity(feature))


def _is_given_up(checks: FeatureChecks) -> bool:
    """Whether what was found makes looking inside of the feature pointless."""
    kinds = {problem.type for problem in checks.problems}
    return not kinds.isdisjoint({"UNEXPECTED_DATA_TYPE", "FEATURE_TYPE_NOT_PRESENT"})


def _severity(feature: Feature) -> Severity:
    return split_severity(feature.annotation)[0] or "ERROR"
