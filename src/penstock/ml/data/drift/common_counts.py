"""The texts of two data sets with both sides' counts, and what follows from them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from penstock.ml.data.drift.value_counts import value_counts
from penstock.ml.data.metadata.statistics import FeatureStatistics

LARGEST = 50
"""So many of the baseline's most frequent values have a bin of their own in the population stability index."""


@dataclass(frozen=True)
class CommonCounts:
    """Counts of the same values on both sides.

    Parameters
    ----------
    values : sequence of str, shape (n,)
        In an order that follows from both sides alone.
    a, b : ndarray of float64, shape (n,)
        Counts, or sums of weights.
    totals : tuple of float
        Of all values on each side, also of those that are not here. Above 0.
    scale : ndarray of float64, shape (n,)
        How many values each stands for: 1 for itself, more where it was drawn from many.
    basis : str
        What was counted, for people; empty for all values.
    cells : tuple of two ndarray, shape (m,), optional
        Counts of all values by a hash, where some values are not here: what they cannot hide.
    """

    values: list[str] | pa.Array
    a: np.ndarray
    b: np.ndarray
    totals: tuple[float, float]
    scale: np.ndarray
    basis: str = ""
    cells: tuple[np.ndarray, np.ndarray] | None = None

    def difference(self, *, is_combined: bool = False) -> tuple[str, float, float]:
        """The value whose share differs most, and its shares.

        Parameters
        ----------
        is_combined : bool
            Divide both sides by the sum of both (`normalized_abs_difference`), instead of each by its own
            (`l_infinity`).

        Returns
        -------
        value : str
            Empty where a cell of unknown values differs more than any known one.
        share_a, share_b : float
        """
        total_a, total_b = (sum(self.totals), sum(self.totals)) if is_combined else self.totals
        place, greatest = _furthest(self.a / total_a, self.b / total_b)
        if self.cells is not None:
            shares = self.cells[0] / total_a, self.cells[1] / total_b
            cell, difference = _furthest(*shares)
            if difference > greatest:
                return "", float(shares[0][cell]), float(shares[1][cell])
        return str(self.values[place]), float(self.a[place]) / total_a, float(self.b[place]) / total_b

    def divergence(self) -> float:
        """Jensen-Shannon divergence in bits, 0 to 1; an estimate where values stand for others.

        The terms of values that were drawn are enlarged such that their shares and those of the values counted in
        full sum to one.
        """
        p, q = self.a / self.totals[0], self.b / self.totals[1]
        is_drawn = self.scale > 1
        counted, mass = _terms(p[~is_drawn], q[~is_drawn])
        weights = self.scale[is_drawn]
        drawn, drawn_mass = _terms(p[is_drawn], q[is_drawn], weights)
        if drawn_mass > 0:
            counted += drawn * max(2.0 - mass, 0.0) / drawn_mass
        if self.cells is not None:  # no grouping of values is further apart than the values themselves
            counted = max(counted, _terms(self.cells[0] / self.totals[0], self.cells[1] / self.totals[1])[0])
        # Rounding can leave a little more than 1 or less than 0.
        return min(max(counted / 2, 0.0), 1.0)

    def chance(self) -> float:
        """About what `divergence` comes to by chance alone, when both sides are drawn from the same values.

        ``(K - 1) / (8 ln 2) * (1 / n + 1 / m)`` for K values and n and m rows: half of what a chi-squared statistic
        tells to expect. Too great where most values are rare, hence 1 at most.
        """
        kinds = float(self.scale.sum())
        return min((kinds - 1) / (8 * math.log(2)) * (1 / self.totals[0] + 1 / self.totals[1]), 1.0)

    def bins(self) -> tuple[np.ndarray, np.ndarray]:
        """Counts of the first side's most frequent values, and one more of all others: shape (LARGEST + 1,) at most."""
        known = np.flatnonzero(self.scale == 1)
        a, b = self.a[known], self.b[known]
        if a.size > LARGEST:
            least = np.partition(a, -LARGEST)[-LARGEST]
            above = np.flatnonzero(a > least)
            # Of equally frequent ones the first.
            first = np.concatenate((above, np.flatnonzero(a == least)[: LARGEST - above.size]))
            a, b = a[first], b[first]
        rest = [max(total - float(side.sum()), 0.0) for side, total in ((a, self.totals[0]), (b, self.totals[1]))]
        # What is left of sums of fractions is rounding.
        if max(rest) > 1e-9 * max(self.totals):
            a, b = np.append(a, rest[0]), np.append(b, rest[1])
        return a, b


def counts_of_views(a: FeatureStatistics, b: FeatureStatistics, *, is_weighted: bool = False) -> CommonCounts | None:
    """Counts from two rank histograms, in the order of the values' UTF-8 bytes; None where a side lists nothing."""
    first, second = value_counts(a, is_weighted=is_weighted), value_counts(b, is_weighted=is_weighted)
    if not (first and second):
        return None
    values = sorted({*first, *second}, key=str.encode)
    is_cut = not (is_complete(a) and is_complete(b))
    counts = [np.array([side.get(value, 0.0) for value in values], dtype=np.float64) for side in (first, second)]
    return CommonCounts(
        values,
        counts[0],
        counts[1],
        (float(counts[0].sum()), float(counts[1].sum())),
        np.ones(len(values)),
        f"the {max(len(first), len(second)):,} most frequent values" if is_cut else "",
    )


def is_complete(feature: FeatureStatistics) -> bool:
    """Whether a feature's rank histogram lists all its values."""
    stats = feature.string_stats
    return stats is None or len(stats.rank_histogram.buckets if stats.rank_histogram else ()) >= stats.unique


def _furthest(p: np.ndarray, q: np.ndarray) -> tuple[int, float]:
    """Where two lists differ most, the last place of equals as TFDV has it, and by how much."""
    differences = np.abs(p - q)
    place = differences.size - 1 - int(np.argmax(differences[::-1]))
    return place, float(differences[place])


def _terms(p: np.ndarray, q: np.ndarray, weights: np.ndarray | None = None) -> tuple[float, float]:
    """Twice the divergence's terms, and the shares of both sides: sums."""
    is_common = (p > 0) & (q > 0)
    x, y = p[is_common], q[is_common]
    mean = (x + y) / 2
    common = x * np.log2(x / mean) + y * np.log2(y / mean)
    if weights is None:
        mass, shared, terms = float(p.sum() + q.sum()), float(x.sum() + y.sum()), float(common.sum())
    else:
        mass, shared = float((weights * (p + q)).sum()), float((weights[is_common] * (x + y)).sum())
        terms = float((weights[is_common] * common).sum())
    # Where one side has nothing, the other's share counts in full: its logarithm is 1 bit.
    return terms + max(mass - shared, 0.0), mass
