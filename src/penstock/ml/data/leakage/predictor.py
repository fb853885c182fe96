"""What one feature alone tells about the label, measured on rows that the measure was not made from.

Rows are in two folds by their hash. From each fold the most frequent class (and the share of the positive one) per
value is learnt and tried on the other, so that a value that occurs once tells nothing: identifiers do not look
predictive. Numbers go by bins of equal mass, where frequent values have their own, and by their values as they are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from penstock.ml.data.leakage.feature_counts import FeatureCounts
from penstock.ml.data.leakage.label import RANKS
from penstock.ml.data.leakage.significance import auc_lower_bound, wilson_bounds

MAX_BINS = 64
_ROWS_PER_BIN = 20
_PRIOR_ROWS = 2


@dataclass(frozen=True)
class Power:
    """What a feature alone tells.

    Parameters
    ----------
    num_rows : int
        Rows with a label.
    accuracy, base_accuracy : float
        Of the best class per value on the other fold, and of the most frequent class; 0 for a quantity.
    skill : float
        The part of the possible gain: ``(accuracy - base_accuracy) / (1 - base_accuracy)``; for a quantity the share of
        the variance of its ranks that is explained. 0 where nothing is gained.
    skill_bound : float
        What that proves at least (99 %).
    auc, auc_bound : float
        Of two classes, of the better direction; 0.5 otherwise.
    """

    num_rows: int
    accuracy: float = 0.0
    base_accuracy: float = 0.0
    skill: float = 0.0
    skill_bound: float = 0.0
    auc: float = 0.5
    auc_bound: float = 0.5

    @property
    def told(self) -> float:
        """The larger of skill and twice the AUC's distance from a half."""
        return max(self.skill, 2 * self.auc - 1)


def power_of(counts: FeatureCounts, num_classes: int) -> Power:
    """The power of a feature; ``num_classes`` is 0 for a quantity."""
    labelled = counts.target >= 0
    if not labelled.any():
        return Power(0)
    found = []
    if counts.is_ordered:
        bins = min(MAX_BINS, max(2, int(counts.count[labelled].sum()) // _ROWS_PER_BIN))
        found.append(_power(counts, counts.bins(bins), num_classes))
        if num_classes == 2:
            found.append(_raw_power(counts))
    if not counts.is_ordered or counts.column.kind == "integer":
        found.append(_power(counts, counts.places, num_classes))
    best = max(found, key=lambda one: one.skill_bound)
    by_auc = max(found, key=lambda one: one.auc_bound)
    return Power(
        best.num_rows, best.accuracy, best.base_accuracy, best.skill, best.skill_bound, by_auc.auc, by_auc.auc_bound
    )


def power_of_missing(counts: FeatureCounts, num_classes: int) -> Power:
    """What it tells whether the value is missing."""
    return _power(counts, counts.is_missing.astype(np.int64), num_classes)


def _power(counts: FeatureCounts, groups: np.ndarray, num_classes: int) -> Power:
    kept = counts.target >= 0
    fold, target, count = counts.fold[kept], counts.target[kept], counts.count[kept]
    groups = _shared(groups[kept], fold)
    if num_classes:
        return _class_power(_cube(groups, fold, target, count, num_classes), num_classes)
    return _rank_power(groups, fold, target, count)


def _shared(groups: np.ndarray, fold: np.ndarray) -> np.ndarray:
    """Groups numbered anew, from 1; 0 stands for all those that are in one fold only, and so teach nothing."""
    size = int(groups.max()) + 1
    in_first, in_second = (np.bincount(groups[fold == side], minlength=size) > 0 for side in (0, 1))
    in_both = in_first & in_second
    renumbered: np.ndarray = (np.cumsum(in_both) * in_both)[groups]
    return renumbered


def _cube(groups: np.ndarray, fold: np.ndarray, target: np.ndarray, count: np.ndarray, num_classes: int) -> np.ndarray:
    """Rows by fold, group and class."""
    size = int(groups.max()) + 1
    flat = (fold * size + groups) * num_classes + target
    return np.bincount(flat, count, 2 * size * num_classes).astype(np.int64).reshape(2, size, num_classes)


def _class_power(cube: np.ndarray, num_classes: int) -> Power:
    by_class = cube.sum(axis=(0, 1))
    total, majority = int(by_class.sum()), int(by_class.argmax())
    correct = 0
    aucs = []
    for fold in (0, 1):
        known, tried = cube[1 - fold], cube[fold]
        guess = known.argmax(axis=1)
        guess[0] = majority
        correct += int(tried[np.arange(len(tried)), guess].sum())
        if num_classes == 2:
            prior = known.sum(axis=0)
            score = (known[:, 1] * prior.sum() + _PRIOR_ROWS * prior[1]) / (
                (known.sum(axis=1) + _PRIOR_ROWS) * max(1, prior.sum())
            )
            score[0] = prior[1] / max(1, prior.sum())
            aucs.append(auc_of(score, tried[:, 1], tried[:, 0]))
    base = int(by_class[majority]) / total
    wrong = wilson_bounds(total - correct, total)[1]
    auc = max(0.5, sum(aucs) / 2) if aucs else 0.5
    return Power(
        total,
        correct / total,
        base,
        _gain(correct / total, base),
        _gain(1 - wrong, base),
        auc,
        auc_lower_bound(auc, int(by_class[1]), int(by_class[0])) if num_classes == 2 else 0.5,
    )


def _raw_power(counts: FeatureCounts) -> Power:
    """The AUC of the number as it is, where hardly any is missing; and of the best single threshold."""
    kept = (counts.target >= 0) & ~counts.is_missing
    total = int(counts.count[counts.target >= 0].sum())
    if not kept.any() or 100 * int(counts.count[kept].sum()) < 99 * total:
        return Power(total)
    positive, negative = (
        np.bincount(counts.places[kept], counts.count[kept] * (counts.target[kept] == code), counts.num_values)
        for code in (1, 0)
    )
    auc = auc_of(np.arange(counts.num_values), positive.astype(np.int64), negative.astype(np.int64))
    auc = max(auc, 1 - auc)
    return Power(total, auc=auc, auc_bound=auc_lower_bound(auc, int(positive.sum()), int(negative.sum())))


def auc_of(scores: np.ndarray, positives: np.ndarray, negatives: np.ndarray) -> float:
    """Area under the ROC curve from counts per score; ties count half, and a class without rows gives a half."""
    values, groups = np.unique(scores, return_inverse=True)
    positive, negative = (np.bincount(groups, part, len(values)).astype(np.int64) for part in (positives, negatives))
    pairs = int(positive.sum()) * int(negative.sum())
    below = np.cumsum(negative) - negative
    return int((positive * (2 * below + negative)).sum()) / (2 * pairs) if pairs else 0.5


def _rank_power(groups: np.ndarray, fold: np.ndarray, target: np.ndarray, count: np.ndarray) -> Power:
    """Share of the variance of the label's ranks that the mean per group, learnt on the other fold, explains."""
    size = int(groups.max()) + 1
    flat = fold * size + groups
    rows = np.bincount(flat, count, 2 * size).astype(np.int64).reshape(2, size)
    # Ranks are small whole numbers, so these sums are exact in float64 as well as in any order.
    sums = np.bincount(flat, count * target, 2 * size).astype(np.int64).reshape(2, size)
    total = int(count.sum())
    mean = int((count * target).sum()) / total
    variance = float((count * target**2).sum()) / total - mean**2
    squares = np.bincount(flat, count * target**2, 2 * size).astype(np.int64).reshape(2, size)
    left = 0.0
    for side in (0, 1):
        known = 1 - side
        guess = (sums[known] + _PRIOR_ROWS * (RANKS / 2)) / (rows[known] + _PRIOR_ROWS)
        guess[0] = mean
        left += float((squares[side] - 2 * guess * sums[side] + guess**2 * rows[side]).sum())
    explained = max(0.0, 1 - left / total / variance) if variance > 0 else 0.0
    error = 2 * (1 - explained) * (explained / total) ** 0.5
    return Power(total, skill=explained, skill_bound=max(0.0, min(explained - 2.33 * error, 1 - 3 / total)))


def _gain(accuracy: float, base: float) -> float:
    return max(0.0, (accuracy - base) / (1 - base)) if base < 1 else 0.0
