"""Pairs the features of two data sets' statistics and measures each: a comparison without the data."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, get_args

from penstock.core.error import UsageError, closest
from penstock.ml.data.drift.comparison import Change, ComparedData, Comparison, FeatureComparison, Kind
from penstock.ml.data.drift.feature_pair import FeaturePair, StateOf, present
from penstock.ml.data.drift.measure_feature import measure_feature
from penstock.ml.data.drift.measurement import Measurement, measures_of
from penstock.ml.data.drift.threshold import Limits, Thresholds, limits_of
from penstock.ml.data.drift.value_counts import name_of
from penstock.ml.data.metadata.schema import SchemaMessage
from penstock.ml.data.metadata.statistics import FeatureStatistics

if TYPE_CHECKING:
    from penstock.ml.data.schema.schema import Schema
    from penstock.ml.data.statistics.state import FeatureState
    from penstock.ml.data.statistics.statistics import Statistics


def compare(
    baseline: Statistics,
    current: Statistics,
    *,
    kind: Kind = "drift",
    schema: Schema | SchemaMessage | None = None,
    thresholds: Thresholds | None = None,
    features: Iterable[str] | None = None,
) -> Comparison:
    """Measure how far each feature has moved from one data set to the other.

    Parameters
    ----------
    baseline, current : Statistics
        Of the earlier and the later data, or of training and serving data.
    kind : str
        ``drift`` or ``skew``: which comparators of the schema hold.
    schema : Schema or SchemaMessage, optional
        Its comparators give thresholds and the histogram for the Jensen-Shannon divergence of numbers. A feature that
        it expects in some environments only may be missing on a side.
    thresholds : mapping, optional
        Measure to threshold, or feature to such a mapping; they go before those of the schema:
        ``{"psi": 0.25, "company": {"l_infinity": 0.05}}``. `drift.measurement.MEASURES` lists the
        measures.
    features : iterable of str, optional
        Only these.

    Returns
    -------
    Comparison
        Every feature with every measure that applies, whether or not it has a threshold. A threshold that could not
        be checked is a finding ``not_comparable``: a side has no examples, a feature has values on one side alone, or
        a measure named for it does not apply to its type.

    Raises
    ------
    UsageError
        If the kind, a feature, a measure or a threshold is unknown or wrong.
    DataError
        If a side has no statistics, or the kept state is damaged.
    """
    if kind not in get_args(Kind):
        raise UsageError(f"there is no kind '{kind}'", where="compare", fix="use kind='drift' or kind='skew'")
    sides = (_by_path(baseline), _by_path(current))
    names = {path: name_of(feature) for side in sides for path, feature in side.items()}
    message = schema if schema is None or isinstance(schema, SchemaMessage) else schema.message
    limits = limits_of(message, thresholds or {}, kind, names.values())
    chosen = _chosen(names, features)
    states = (_state_reader(baseline), _state_reader(current))
    compared = [_compared(path, chosen[path], sides, states, limits) for path in chosen]
    return Comparison(
        kind=kind,
        baseline=_data(baseline),
        current=_data(current),
        features=tuple(sorted((item for item in compared if item is not None), key=_order)),
        obstacle=_obstacle(baseline, current),
        has_limits=bool(limits),
        sides=(baseline.dataset, current.dataset),
    )


def _by_path(statistics: Statistics) -> dict[tuple[str, ...], FeatureStatistics]:
    return {
        tuple(feature.path.step) if feature.path else (feature.name or "",): feature
        for feature in statistics.dataset.features
    }


def _chosen(names: Mapping[tuple[str, ...], str], features: Iterable[str] | None) -> dict[tuple[str, ...], str]:
    if features is None:
        return dict(names)
    wanted = set(features)
    for name in wanted - set(names.values()):
        raise UsageError(
            f"there is no feature '{name}'; {closest(name, names.values())}",
            where="compare(features=...)",
            fix="use features of the statistics",
        )
    return {path: name for path, name in names.items() if name in wanted}


def _state_reader(statistics: Statistics) -> StateOf:
    """Reads the states when the first is asked for."""

    def state_of(feature: FeatureStatistics) -> FeatureState | None:
        states = statistics.states
        path = tuple(feature.path.step) if feature.path else (feature.name or "",)
        return states[0].features.get(path) if states else None

    return state_of


def _compared(
    path: tuple[str, ...],
    name: str,
    sides: tuple[Mapping[tuple[str, ...], FeatureStatistics], Mapping[tuple[str, ...], FeatureStatistics]],
    states: tuple[StateOf, StateOf],
    limits: Limits,
) -> FeatureComparison | None:
    a, b = sides[0].get(path), sides[1].get(path)
    if a is None or b is None:
        if path in limits.optional:
            return None
        only: FeatureStatistics = a or b  # type: ignore[assignment]  # one of them has the path
        change: Change = "missing" if b is None else "new"
        return FeatureComparison(name=name, path=path, type=only.type, change=change)
    pair = FeaturePair(a, b, *states)
    bounds = limits.of(name, path)
    is_other = a.type != b.type and all(present(feature) for feature in (a, b))
    measurements = tuple(_bounded(item, bounds) for item in measure_feature(pair, limits.source(path)))
    missed = {} if is_other else _unmeasured(pair, bounds, limits.own(name, path), measurements)
    return FeatureComparison(
        name=name,
        path=path,
        type=b.type,
        change="type" if is_other else "",
        baseline_type=a.type if is_other else "",
        measurements=measurements,
        unmeasured=missed,
        obstacle="" if is_other else _feature_obstacle(pair, missed),
    )


def _unmeasured(
    pair: FeaturePair, bounds: Mapping[str, float], own: frozenset[str], made: Iterable[Measurement]
) -> dict[str, float]:
    """Limits that could not be checked; those for all features bind where the measure applies."""
    sides = [feature for feature in (pair.a, pair.b) if present(feature)]
    # Without a value on either side nothing has moved.
    if not sides:
        return {}
    applies = own.union(*(measures_of(feature.type) for feature in sides))
    known = {item.measure for item in made}
    # Numbers without NaN have no measure of it, and nothing to find.
    if len(sides) == 2 and all(feature.num_stats is not None for feature in sides):
        known.add("nan_change")
    return {
        measure: limit
        for measure, limit in sorted(bounds.items())
        if measure in applies and measure not in known and math.isfinite(limit)
    }


def _feature_obstacle(pair: FeaturePair, missed: Mapping[str, float]) -> str:
    has_a, has_b = present(pair.a) > 0, present(pair.b) > 0
    if has_a != has_b:
        return f"it has no value in the {'current data' if has_a else 'baseline'}"
    if not missed:
        return ""
    if not measures_of(pair.b.type) & set(missed):
        return f"that does not apply to its type, {pair.b.type}"
    return "the statistics do not tell: a side has no finite number, or no counts of its values"


def _obstacle(baseline: Statistics, current: Statistics) -> str:
    """What keeps the whole from being compared."""
    sides = {"the baseline": baseline.dataset, "the current data": current.dataset}
    # Other tools may leave the number of examples out.
    empty = [name for name, side in sides.items() if not side.num_examples and not any(map(present, side.features))]
    if len(empty) == 2:
        return "there are no examples on either side"
    return f"there are no examples in {empty[0]}" if empty else ""


def _bounded(item: Measurement, bounds: Mapping[str, float]) -> Measurement:
    return replace(item, threshold=bounds[item.measure]) if item.measure in bounds else item


def _data(statistics: Statistics) -> ComparedData:
    return ComparedData(num_examples=statistics.num_examples, name=statistics.dataset.name)


def _order(feature: FeatureComparison) -> tuple[bool, float, tuple[str, ...]]:
    is_found = bool(feature.change) or feature.verdict in ("high", "not_comparable")
    return not is_found, -feature.strength, feature.path
