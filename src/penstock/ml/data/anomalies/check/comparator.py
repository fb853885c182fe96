"""How far a feature has moved from earlier data (drift) and from the data at serving time (skew)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from penstock.core.error import DataError
from penstock.ml.data.anomalies.problem import Found, Measured, Problem, Side, Subject
from penstock.ml.data.drift.jensen_shannon import Source, jensen_shannon
from penstock.ml.data.drift.l_infinity import l_infinity
from penstock.ml.data.drift.normalized_abs_difference import normalized_abs_difference
from penstock.ml.data.drift.value_counts import greatest_difference, value_counts
from penstock.ml.data.metadata.anomalies import Measurement
from penstock.ml.data.metadata.anomaly_type import AnomalyType, MeasurementType
from penstock.ml.data.metadata.schema import FeatureComparator
from penstock.ml.data.schema.statistics_view import DatasetView, FeatureView


@dataclass(frozen=True, slots=True)
class Measure:
    """One way to compare a feature with itself elsewhere.

    Parameters
    ----------
    type : str
        Of the measurement.
    anomaly : str
        Its anomaly, above the threshold.
    name : str
        As TFDV's short description says it.
    field : str
        Field of the comparator, with its threshold.
    of : callable
        Of both views and the comparator's field.
    needs_values : bool
        Whether it counts values, which numbers do not have.
    """

    type: MeasurementType
    anomaly: AnomalyType
    name: str
    field: str
    of: Callable[[FeatureView, FeatureView, Any], float]
    needs_values: bool


def _l_infinity(view: FeatureView, control: FeatureView, _: Any) -> float:
    return l_infinity(view.statistics, control.statistics, is_weighted=view.by_weight)


def _absolute(view: FeatureView, control: FeatureView, _: Any) -> float:
    return normalized_abs_difference(view.statistics, control.statistics, is_weighted=view.by_weight)


def _divergence(view: FeatureView, control: FeatureView, asked: Any) -> float:
    source: Source = (asked.source.type if asked.source else None) or "DEFAULT"
    return jensen_shannon(view.statistics, control.statistics, source, is_weighted=view.by_weight)


MEASURES = (
    Measure("L_INFTY", "COMPARATOR_L_INFTY_HIGH", "Linfty distance", "infinity_norm", _l_infinity, True),
    Measure(
        "NORMALIZED_ABSOLUTE_DIFFERENCE",
        "COMPARATOR_NORMALIZED_ABSOLUTE_DIFFERENCE_HIGH",
        "normalized absolute difference",
        "normalized_abs_difference",
        _absolute,
        True,
    ),
    Measure(
        "JENSEN_SHANNON_DIVERGENCE",
        "COMPARATOR_JENSEN_SHANNON_DIVERGENCE_HIGH",
        "approximate Jensen-Shannon divergence",
        "jensen_shannon_divergence",
        _divergence,
        False,
    ),
)
"""In the order in which they are reported."""


def drift(subject: Subject) -> Found:
    """Against earlier data."""
    yield from _compare(subject, "drift", subject.feature.drift_comparator, subject.context.previous)


def skew(subject: Subject) -> Found:
    """Against the data at serving time."""
    yield from _compare(subject, "skew", subject.feature.skew_comparator, subject.context.serving)


_SIDES: dict[Side, tuple[str, str]] = {"drift": ("current", "previous"), "skew": ("training", "serving")}


def _compare(subject: Subject, side: Side, comparator: FeatureComparator | None, control: DatasetView | None) -> Found:
    if comparator is None or control is None:
        return
    asked = [(measure, getattr(comparator, measure.field)) for measure in MEASURES]
    asked = [(measure, found) for measure, found in asked if found is not None and found.threshold is not None]
    other = control.features.get(subject.view.path)
    if asked and other is None:
        name = _SIDES[side][1]
        yield Problem(
            "COMPARATOR_CONTROL_DATA_MISSING",
            f"{name} data missing",
            f"The {name} statistics do not have the feature, so that nothing was compared.",
        )
    elif other is not None:
        for measure, found in asked:
            yield from _measured(measure, found, (subject.view, other), side)


def _measured(measure: Measure, asked: Any, views: tuple[FeatureView, FeatureView], side: Side) -> Found:
    view, other = views
    if measure.needs_values and view.statistics.string_stats is None:
        yield Problem(
            "INVALID_SCHEMA_SPECIFICATION",
            f"{measure.field} compares texts alone.",
            f"The schema bounds the {measure.name}, and the feature is {view.statistics.type}: compare numbers by "
            "jensen_shannon_divergence.",
        )
        return
    try:
        value = measure.of(view, other, asked)
    except DataError as error:
        yield Problem(
            "STATS_NOT_AVAILABLE", "Statistics to compare are not available.", f"{measure.name}: {error.what}."
        )
        return
    yield Measured(side, Measurement(type=measure.type, value=value, threshold=asked.threshold))
    if value > asked.threshold:
        yield from _above(measure, value, asked.threshold, views, side)


def _above(
    measure: Measure, value: float, threshold: float, views: tuple[FeatureView, FeatureView], side: Side
) -> Iterator[Problem]:
    treatment, control = _SIDES[side]
    told = f"The {measure.name} between {treatment} and {control} is {value:.6g}, above the threshold {threshold:.6g}"
    if measure.needs_values:
        counts = [value_counts(view.statistics, is_weighted=views[0].by_weight) for view in views]
        is_combined = measure.type == "NORMALIZED_ABSOLUTE_DIFFERENCE"
        told += f"; the value that differs most: {greatest_difference(*counts, is_combined=is_combined)[0]!r}"
    yield Problem(measure.anomaly, f"High {measure.name} between {treatment} and {control}", f"{told}.")
