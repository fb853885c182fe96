"""A schema loosened where data do not fit it: what people accept after they have looked at the anomalies."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Protocol

from penstock.core.error import NotFoundError, closest
from penstock.ml.data.metadata.anomalies import AnomaliesMessage, DriftSkewInfo, Measurement
from penstock.ml.data.metadata.schema import (
    DatasetConstraints,
    Feature,
    FeatureComparator,
    SchemaMessage,
    SparseFeature,
    WeightedFeature,
)
from penstock.ml.data.metadata.statistics import DatasetStatistics, StatisticsList
from penstock.ml.data.schema.feature_path import path_steps, path_text
from penstock.ml.data.schema.fit import FitRules, once_each
from penstock.ml.data.schema.infer import InferRules, view_of
from penstock.ml.data.schema.infer_domain import DomainRules
from penstock.ml.data.schema.replace import replaced, with_feature_at
from penstock.ml.data.schema.schema import Schema
from penstock.ml.data.schema.schema_view import SchemaView
from penstock.ml.data.schema.statistics_view import DatasetView
from penstock.ml.data.schema.update import Fitting

if TYPE_CHECKING:
    from penstock.ml.data.statistics.statistics import Statistics

Steps = tuple[str, ...]

_MEASURES = {
    "L_INFTY": "infinity_norm",
    "JENSEN_SHANNON_DIVERGENCE": "jensen_shannon_divergence",
    "NORMALIZED_ABSOLUTE_DIFFERENCE": "normalized_abs_difference",
}


class HasAnomalies(Protocol):
    """What `validate` gives, as far as it matters here."""

    @property
    def message(self) -> AnomaliesMessage:
        """The record of TensorFlow Metadata."""


def relax(
    schema: Schema,
    statistics: Statistics | StatisticsList | DatasetStatistics,
    names: Iterable[str] | None = None,
    *,
    anomalies: HasAnomalies | AnomaliesMessage | None = None,
    environment: str | None = None,
) -> Schema:
    """The schema, loosened until it has nothing to complain of in the data of some statistics.

    As `update_schema`, but nothing is given up: a feature whose column is gone need not be there any more, and one
    whose type is another takes that of the data, a number with its bounds. New columns are added as `infer_schema`
    would.

    Parameters
    ----------
    schema : Schema
    statistics : Statistics, StatisticsList or DatasetStatistics
        Of the data that must fit.
    names : iterable of str, optional
        Features to loosen, with everything inside of them; all where not given, or those of the anomalies.
    anomalies : Anomalies or AnomaliesMessage, optional
        What was found. Thresholds of drift and skew are raised to what was measured, and limits of the number of rows
        moved, which statistics alone cannot tell.
    environment : str, optional
        Where the data come from; features of other environments that they have are added to it.

    Returns
    -------
    Schema
        Checks in SQL stay as they are.

    Raises
    ------
    NotFoundError
        If neither the schema nor the data have a feature of a name.
    DataError
        If there are no statistics of all rows.
    """
    found = anomalies if anomalies is None or isinstance(anomalies, AnomaliesMessage) else anomalies.message
    view = view_of(statistics, where="relax()")
    schema = Schema(SchemaView.of(schema, where="relax()").message)
    paths = _paths(schema, view, names, found)
    fitting = Fitting(
        SchemaView(_once_each(schema.message)),
        view,
        FitRules(environment, schema.message.default_environment, False, view.num_examples),
        InferRules(True, DomainRules()),
    )
    message = fitting.message(lambda path: paths is None or any(path[: len(part)] == part for part in paths))
    for info in found.drift_skew_info if found is not None else ():
        message = _with_thresholds(message, info, paths)
    if found is not None and found.dataset_anomaly_info is not None:
        message = _with_limits(message, view)
    return Schema(message)


def _paths(
    schema: Schema, view: DatasetView, names: Iterable[str] | None, found: AnomaliesMessage | None
) -> set[Steps] | None:
    if names is None:
        if found is None:
            return None
        infos = found.anomaly_info.items()
        return {info.path.step if info.path is not None else path_steps(name) for name, info in infos}
    message = schema.message
    composites: tuple[SparseFeature | WeightedFeature, ...] = (*message.sparse_feature, *message.weighted_feature)
    known = {*schema.features, *view.features, *((part.name or "",) for part in composites)}
    return {_path(name, known) for name in names}


def _path(name: str, known: set[Steps]) -> Steps:
    for steps in ((name,), path_steps(name)):
        if steps in known:
            return steps
    raise NotFoundError(
        f"neither the schema nor the data have a feature {name!r}",
        where="relax",
        fix=closest(name, map(path_text, known)),
    )


def _once_each(message: SchemaMessage) -> SchemaMessage:
    return replaced(message, string_domain=tuple(map(once_each, message.string_domain)))


def _with_thresholds(message: SchemaMessage, info: DriftSkewInfo, paths: set[Steps] | None) -> SchemaMessage:
    """The schema with thresholds of a feature as high as what was measured."""
    path = info.path.step if info.path is not None else ()
    if not path or (paths is not None and path not in paths):
        return message

    def change(feature: Feature | None) -> Feature | None:
        if feature is None:
            return None
        return replaced(
            feature,
            drift_comparator=_raised(feature.drift_comparator, info.drift_measurements),
            skew_comparator=_raised(feature.skew_comparator, info.skew_measurements),
        )

    try:
        return with_feature_at(message, path, change)
    except KeyError:  # measured inside of a struct that the schema does not have
        return message


def _raised(comparator: FeatureComparator | None, measured: tuple[Measurement, ...]) -> FeatureComparator | None:
    for measurement in measured:
        name = _MEASURES.get(measurement.type or "", "")
        part = getattr(comparator, name, None)
        value = measurement.value or 0.0
        if comparator is not None and part is not None and part.threshold is not None and value > part.threshold:
            comparator = replaced(comparator, **{name: replaced(part, threshold=value)})
    return comparator


def _with_limits(message: SchemaMessage, view: DatasetView) -> SchemaMessage:
    """The schema with limits of the number of rows that the data keep; comparisons with other data are dropped."""
    limits = message.dataset_constraints
    if limits is None:
        return message
    rows = int(view.num_examples)
    changes: dict[str, Any] = {"num_examples_drift_comparator": None, "num_examples_version_comparator": None}
    if limits.min_examples_count is not None:
        changes["min_examples_count"] = min(rows, limits.min_examples_count)
    if limits.max_examples_count is not None:
        changes["max_examples_count"] = max(rows, limits.max_examples_count)
    new: DatasetConstraints = replaced(limits, **changes)
    return replaced(message, dataset_constraints=new)
