"""Metrics of classifiers, exact and independent of the order of the examples."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from penstock.core.error import DataError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray


def auc(labels: ArrayLike, scores: ArrayLike) -> float:
    """Area under the receiver operating characteristic of a binary classifier.

    The share of pairs of a positive and a negative example in which the positive one has the higher score; an
    equal score counts half. Counted in integers, so it is exact up to the one division at the end.

    Parameters
    ----------
    labels : array of bool or of 0 and 1, shape (n,)
    scores : array of float, shape (n,)
        Higher for the positive class; any monotone scale.

    Returns
    -------
    float
        From 0 to 1; 0.5 for scores that say nothing.

    Raises
    ------
    DataError
        If the shapes differ, a score is NaN, or there is but one class: the figure is not defined then.

    Examples
    --------
    >>> auc([False, True, True, False], [0.1, 0.4, 0.35, 0.35])
    0.875
    """
    import numpy as np

    positive, score = _checked(labels, scores, "auc")
    n_positive = int(positive.sum())
    n_negative = len(positive) - n_positive
    if not n_positive or not n_negative:
        raise DataError(
            f"all {len(positive)} labels are of one class, so the AUC is not defined",
            where="metric 'auc'",
            fix="evaluate on rows of both classes",
        )
    _, place = np.unique(score, return_inverse=True)
    positives = np.bincount(place, weights=positive).astype(np.int64)
    negatives = np.bincount(place).astype(np.int64) - positives
    negatives_below = np.cumsum(negatives) - negatives
    twice_won = int((positives * (2 * negatives_below + negatives)).sum())
    return twice_won / (2 * n_positive * n_negative)


def accuracy(labels: ArrayLike, predictions: ArrayLike) -> float:
    """Share of examples whose predicted class is the true one.

    Parameters
    ----------
    labels, predictions : array, shape (n,)
        Classes.

    Raises
    ------
    DataError
        If the shapes differ or there is no example.

    Examples
    --------
    >>> accuracy([0, 1, 1, 0], [0, 1, 0, 0])
    0.75
    """
    import numpy as np

    true, predicted = np.asarray(labels), np.asarray(predictions)
    _check_shapes(true, predicted, "accuracy")
    return int((true == predicted).sum()) / len(true)


def log_loss(codes: ArrayLike, probabilities: ArrayLike) -> float:
    """Mean of minus the natural logarithm of the probability given to the true class.

    Probabilities are kept away from 0 and 1 by 2^-52, as in scikit-learn. The sum is exact before its rounding.

    Parameters
    ----------
    codes : array of int, shape (n,)
        Place of the true class.
    probabilities : array of float, shape (n, n_classes)

    Returns
    -------
    float, in nats
        0 for certain and right.

    Raises
    ------
    DataError
        If the shapes do not fit, there is no example, or a probability is NaN or outside of [0, 1].

    Examples
    --------
    >>> round(log_loss([0, 1], [[0.9, 0.1], [0.2, 0.8]]), 6)
    0.164252
    """
    import numpy as np

    true, given = np.asarray(codes, dtype=np.int64), np.asarray(probabilities, dtype=np.float64)
    _check_shapes(true, given[:, 0] if given.ndim == 2 else given[:0], "log_loss")
    if not ((given >= 0) & (given <= 1)).all():
        raise DataError("a probability is NaN or outside of [0, 1]", where="metric 'log_loss'", fix=_FIX_NAN)
    epsilon = float(np.finfo(np.float64).eps)
    chosen = np.clip(given[np.arange(len(true)), true], epsilon, 1 - epsilon)
    return -math.fsum(np.log(chosen)) / len(true)


_FIX_NAN = "look for missing or infinite values in the features, and for a failed training"


def _checked(labels: ArrayLike, scores: ArrayLike, metric: str) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    import numpy as np

    positive, score = np.asarray(labels).astype(bool), np.asarray(scores, dtype=np.float64)
    _check_shapes(positive, score, metric)
    if np.isnan(score).any():
        raise DataError(f"{int(np.isnan(score).sum())} scores are NaN", where=f"metric '{metric}'", fix=_FIX_NAN)
    return positive, score


def _check_shapes(left: NDArray[Any], right: NDArray[Any], metric: str) -> None:
    if left.ndim != 1 or left.shape != right.shape or not len(left):
        raise DataError(
            f"{left.shape} labels and {right.shape} predictions do not fit, or there are none",
            where=f"metric '{metric}'",
            fix="give one prediction for each label, and at least one",
        )
