"""Statistics of two columns as TensorFlow Metadata shows them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from penstock.ml.data.metadata import statistics as message
from penstock.ml.data.metadata.path import Path
from penstock.ml.data.metadata.statistics import CrossStatistics, Lift, LiftSeries, LiftValue
from penstock.ml.data.statistics.exact_sum import quotient, square_root
from penstock.ml.data.statistics.float32 import float32
from penstock.ml.data.statistics.options import StatisticsOptions
from penstock.ml.data.statistics.state import (
    WEIGHT_UNITS,
    CategoricalCross,
    CrossState,
    DatasetState,
    ExactSum,
    NumericCross,
)


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Masses of pairs of present values, of each value alone, and of all rows."""

    together: dict[str, list[tuple[str, float]]]
    x: Counter[str]
    y: Counter[str]
    whole: float


def cross_statistics(dataset: DatasetState, options: StatisticsOptions) -> tuple[CrossStatistics, ...]:
    """The crosses of a data set, in the order of their columns."""
    return tuple(_cross(state, dataset, options) for state in dataset.crosses.values())


def _cross(state: CrossState, dataset: DatasetState, options: StatisticsOptions) -> CrossStatistics:
    x, y = Path(step=(state.x,)), Path(step=(state.y,))
    if state.numeric is not None:
        count = state.numeric.count + state.numeric.num_infinite
        return CrossStatistics(path_x=x, path_y=y, count=count, num_cross_stats=_correlation(state.numeric))
    found = state.categorical
    lift = Lift() if found is None else _lift(found, dataset, options)
    return CrossStatistics(path_x=x, path_y=y, categorical_cross_stats=message.CategoricalCross(lift=lift))


def _correlation(state: NumericCross) -> message.NumericCross | None:
    """Covariance and Pearson's coefficient, each rounded once; unknown where an infinity occurs."""
    if state.num_infinite:
        return message.NumericCross(correlation=math.nan, covariance=math.nan)
    if not state.count:
        return None
    count, x, y = state.count, _fraction(state.total_x), _fraction(state.total_y)
    together = _fraction(state.products) * count - x * y
    alone = (_fraction(state.squares_x) * count - x * x) * (_fraction(state.squares_y) * count - y * y)
    covariance = together / (count * count)
    correlation = 0.0
    if alone:
        square = together * together / alone
        correlation = math.copysign(square_root(square.numerator, square.denominator), together)
    return message.NumericCross(
        correlation=float32(correlation), covariance=float32(quotient(covariance.numerator, covariance.denominator))
    )


def _fraction(term: ExactSum) -> Fraction:
    return Fraction(term.mantissa) * Fraction(2) ** term.exponent


def _lift(state: CategoricalCross, dataset: DatasetState, options: StatisticsOptions) -> Lift:
    plain = _pairs(state, state.counts.astype(np.float64), float(dataset.num_examples))
    weighted: tuple[LiftSeries, ...] = ()
    if state.weights is not None:
        masses = _pairs(state, state.weights / WEIGHT_UNITS, (dataset.weight or 0) / WEIGHT_UNITS)
        weighted = tuple(_series(y, masses, state, options, is_weighted=True) for y in _ordered(masses.y, state.type_y))
    return Lift(
        lift_series=tuple(_series(y, plain, state, options) for y in _ordered(plain.y, state.type_y)),
        weighted_lift_series=weighted,
    )


def _pairs(state: CategoricalCross, masses: np.ndarray, whole: float) -> _Pairs:
    together: dict[str, list[tuple[str, float]]] = {}
    alone_x, alone_y = Counter[str](), Counter[str]()
    rows = zip(state.values_x.to_pylist(), state.values_y.to_pylist(), masses.tolist(), strict=True)
    for x, y, mass in rows:
        if mass <= 0:
            continue
        if x:
            alone_x[x[1:]] += mass
        if y:
            alone_y[y[1:]] += mass
        if x and y:
            together.setdefault(y[1:], []).append((x[1:], mass))
    return _Pairs(together, alone_x, alone_y, whole)


def _ordered(values: Counter[str], kind: str) -> Sequence[str]:
    return sorted(values, key=_key(kind))


def _key(kind: str) -> Any:
    return int if kind == "INT" else str.encode


def _series(
    y: str, pairs: _Pairs, state: CategoricalCross, options: StatisticsOptions, *, is_weighted: bool = False
) -> LiftSeries:
    """The values of x by falling lift; those that never occur with y come last."""
    share = pairs.y[y] / pairs.whole
    lifts = [(mass / pairs.x[x] / share, x, mass) for x, mass in pairs.together.get(y, ())]
    key = _key(state.type_x)
    lifts.sort(key=lambda item: (-item[0], key(item[1])))
    present = {x for _, x, _ in lifts}
    others = sorted((x for x in pairs.x if x not in present), key=key)
    listed = [*lifts, *((0.0, x, 0.0) for x in others)][: options.rank_buckets]
    values = tuple(_value(x, lift, mass, pairs.x[x], state.type_x, is_weighted) for lift, x, mass in listed)
    named: dict[str, Any] = {"y_int": int(y)} if state.type_y == "INT" else {"y_string": y}
    if is_weighted:
        return LiftSeries(**named, weighted_y_count=pairs.y[y], lift_values=values)
    return LiftSeries(**named, y_count=int(pairs.y[y]), lift_values=values)


def _value(x: str, lift: float, together: float, alone: float, kind: str, is_weighted: bool) -> LiftValue:
    named: dict[str, Any] = {"x_int": int(x)} if kind == "INT" else {"x_string": x}
    if is_weighted:
        return LiftValue(**named, lift=lift, weighted_x_count=alone, weighted_x_and_y_count=together)
    return LiftValue(**named, lift=lift, x_count=int(alone), x_and_y_count=int(together))
