"""All measures that apply to a feature of two data sets."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from penstock.ml.data.drift.common_cells import CommonCells, cells_of_histograms, cells_of_states
from penstock.ml.data.drift.common_counts import CommonCounts, counts_of_views, is_complete
from penstock.ml.data.drift.feature_pair import FeaturePair, missing_share, total_values
from penstock.ml.data.drift.finite_moment import finite_moments
from penstock.ml.data.drift.jensen_shannon import Source, histogram_of, jensen_shannon
from penstock.ml.data.drift.kolmogorov_smirnov import kolmogorov_smirnov, p_value
from penstock.ml.data.drift.measurement import Measurement
from penstock.ml.data.drift.psi import decile_bins, psi, psi_by_chance
from penstock.ml.data.drift.state_counts import counts_of_states, is_comparable
from penstock.ml.data.drift.wasserstein import wasserstein
from penstock.ml.data.metadata.statistics import FeatureStatistics

if TYPE_CHECKING:
    import numpy as np


def measure_feature(pair: FeaturePair, source: Source) -> Iterator[Measurement]:
    """Measure a feature in every way that its type and its statistics allow.

    Parameters
    ----------
    pair : FeaturePair
    source : str
        Histogram for the Jensen-Shannon divergence of numbers.

    Yields
    ------
    Measurement
        Without thresholds.
    """
    yield from _presence(pair)
    if not pair.has_values:
        return
    if pair.a.num_stats is not None and pair.b.num_stats is not None:
        yield from _of_numbers(pair, source)
    elif pair.a.string_stats is not None and pair.b.string_stats is not None:
        yield from _of_texts(pair)


def _presence(pair: FeaturePair) -> Iterator[Measurement]:
    shares = [missing_share(feature, is_weighted=pair.is_weighted) for feature in (pair.a, pair.b)]
    if shares[0] is not None and shares[1] is not None:
        yield _change("missing_change", abs(shares[1] - shares[0]), shares[0], shares[1])


def _of_numbers(pair: FeaturePair, source: Source) -> Iterator[Measurement]:
    if all(_has_histogram(feature, source, pair.is_weighted) for feature in (pair.a, pair.b)):
        yield Measurement(
            measure="jensen_shannon", value=jensen_shannon(pair.a, pair.b, source, is_weighted=pair.is_weighted)
        )
    cells = _cells(pair)
    if cells is None:
        return
    yield from _nan(cells)
    if not (cells.a.total > 0 and cells.b.total > 0):
        return
    statistic = kolmogorov_smirnov(cells)
    yield Measurement(
        measure="kolmogorov_smirnov", value=statistic, p_value=_probability(pair, statistic), basis=cells.basis
    )
    yield _psi(pair, *decile_bins(cells), basis=cells.basis)
    if cells.a.masses.sum() > 0 and cells.b.masses.sum() > 0:
        yield from _moved(pair, cells)


def _moved(pair: FeaturePair, cells: CommonCells) -> Iterator[Measurement]:
    """What is measured in the feature's unit, or by the baseline's standard deviation."""
    distance = wasserstein(cells)
    yield Measurement(measure="wasserstein", value=distance, basis=cells.basis)
    moments = finite_moments(pair)
    if moments is None:
        return
    (mean_a, std_a), (mean_b, std_b) = moments
    yield Measurement(measure="wasserstein_normalized", value=_ratio(distance, std_a), basis=cells.basis)
    # Weighted means of a constant may differ in the last bit.
    moved = 0.0 if math.isclose(mean_a, mean_b, rel_tol=1e-12) else abs(mean_b - mean_a)
    yield _change("mean_change", _ratio(moved, std_a), mean_a, mean_b)
    yield _change("std_change", _ratio(abs(std_b - std_a), std_a), std_a, std_b)


def _of_texts(pair: FeaturePair) -> Iterator[Measurement]:
    counts = _counts(pair)
    if counts is None:
        return
    for measure, is_combined in (("l_infinity", False), ("normalized_abs_difference", True)):
        value, share_a, share_b = counts.difference(is_combined=is_combined)
        difference = abs(share_a - share_b)
        yield Measurement(
            measure=measure, value=difference, baseline=share_a, current=share_b, of=value, basis=counts.basis
        )
    chance = None if pair.is_weighted else counts.chance()
    yield Measurement(measure="jensen_shannon", value=counts.divergence(), by_chance=chance, basis=counts.basis)
    bins = counts.bins()
    # Where no value is known for certain all are in one bin, and 0 would say nothing.
    if bins[0].size > 1 or not counts.basis:
        yield _psi(pair, *bins, basis="" if counts.basis.startswith("the frequent") else counts.basis)


def _psi(pair: FeaturePair, a: np.ndarray, b: np.ndarray, *, basis: str) -> Measurement:
    chance = None if pair.is_weighted else psi_by_chance(a.size, float(a.sum()), float(b.sum()))
    return Measurement(measure="psi", value=psi(a, b), by_chance=chance, basis=basis)


def _counts(pair: FeaturePair) -> CommonCounts | None:
    if not (is_complete(pair.a) and is_complete(pair.b)) and pair.states is not None:
        first, second = pair.states
        if first.text is not None and second.text is not None and is_comparable(first.text, second.text):
            weighted = pair.is_weighted
            totals = total_values(pair.a, is_weighted=weighted), total_values(pair.b, is_weighted=weighted)
            return counts_of_states(first.text, second.text, totals, is_weighted=weighted) if all(totals) else None
    return counts_of_views(pair.a, pair.b, is_weighted=pair.is_weighted)


def _cells(pair: FeaturePair) -> CommonCells | None:
    if pair.states is not None:
        first, second = pair.states
        if first.numeric is not None and second.numeric is not None:
            return cells_of_states(first.numeric, second.numeric, is_weighted=pair.is_weighted)
    # Of a foreign file: the quantiles say more about the bulk than buckets of equal width.
    kinds: tuple[Source, ...] = ("QUANTILES", "STANDARD")
    for kind in kinds:
        found = [histogram_of(feature, kind, pair.is_weighted) for feature in (pair.a, pair.b)]
        if found[0] is not None and found[1] is not None:
            return cells_of_histograms(found[0], found[1])
    return None


def _nan(cells: CommonCells) -> Iterator[Measurement]:
    totals = [side.total + side.nan for side in (cells.a, cells.b)]
    if all(totals) and (cells.a.nan or cells.b.nan):
        shares = cells.a.nan / totals[0], cells.b.nan / totals[1]
        yield _change("nan_change", abs(shares[1] - shares[0]), *shares)


def _probability(pair: FeaturePair, statistic: float) -> float | None:
    """By the numbers of values; weights tell nothing of them."""
    if pair.is_weighted:
        return None
    return p_value(statistic, max(total_values(pair.a), 1.0), max(total_values(pair.b), 1.0))


def _has_histogram(feature: FeatureStatistics, source: Source, is_weighted: bool) -> bool:
    histogram = histogram_of(feature, source, is_weighted)
    return histogram is not None and (bool(histogram.num_nan) or bool(histogram.buckets))


def _ratio(value: float, deviation: float) -> float:
    """How many deviations that is: infinitely many where a constant has changed."""
    if value == 0:
        return 0.0
    return value / deviation if deviation > 0 else math.inf


def _change(measure: str, value: float, baseline: float, current: float) -> Measurement:
    return Measurement(measure=measure, value=value, baseline=baseline, current=current)
