"""How much of a difference chance explains: bounds and p-values from counts, with the standard library alone."""

from __future__ import annotations

import math

Z = 2.3263478740408408
"""One-sided 99 %: what holds below this bound is chance in one case of a hundred."""

_PRECISION = 1e-12


def wilson_bounds(part: int, whole: int, z: float = Z) -> tuple[float, float]:
    """Lower and upper bound of a probability seen ``part`` times in ``whole``.

    References
    ----------
    Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22, 1927.

    Examples
    --------
    >>> [round(bound, 3) for bound in wilson_bounds(95, 100)]
    [0.872, 0.981]
    """
    if whole <= 0:
        return 0.0, 1.0
    share, square = part / whole, z * z / whole
    middle = (share + square / 2) / (1 + square)
    half = z / (1 + square) * math.sqrt(share * (1 - share) / whole + square / (4 * whole))
    return max(0.0, middle - half), min(1.0, middle + half)


def auc_lower_bound(auc: float, positives: int, negatives: int, z: float = Z) -> float:
    """What an AUC on so many examples proves at least.

    References
    ----------
    Hanley & McNeil, "The meaning and use of the area under a receiver operating characteristic (ROC) curve",
    Radiology 143, 1982. Near 1, where its error vanishes, the rule of three bounds it: none of n seen, at most 3 / n.
    """
    fewer = min(positives, negatives)
    if fewer == 0:
        return 0.5
    first, second = auc / (2 - auc), 2 * auc * auc / (1 + auc)
    variance = auc * (1 - auc) + (positives - 1) * (first - auc**2) + (negatives - 1) * (second - auc**2)
    error = math.sqrt(max(variance, 0.0) / (positives * negatives))
    return max(0.5, min(auc - z * error, 1 - 3 / fewer))


def chi_square_p(statistic: float, degrees: int) -> float:
    """Probability of a chi-square statistic this large or larger.

    References
    ----------
    The upper incomplete gamma function, by its series and its continued fraction: Abramowitz & Stegun, "Handbook of
    Mathematical Functions", 6.5.29 and 6.5.31.

    Examples
    --------
    >>> round(chi_square_p(18.307, 10), 4)
    0.05
    """
    if degrees <= 0 or statistic <= 0:
        return 1.0
    a, x = degrees / 2, statistic / 2
    factor = math.exp(a * math.log(x) - x - math.lgamma(a))
    if x < a + 1:
        term = total = 1 / a
        while term > total * _PRECISION:
            a += 1
            term *= x / a
            total += term
        return max(0.0, 1 - factor * total)
    return factor * _fraction(a, x)


def _fraction(a: float, x: float) -> float:
    """The continued fraction of the upper incomplete gamma function, from its front (Lentz)."""
    b = x + 1 - a
    c, d = math.inf, 1 / b
    result, step, index = d, 0.0, 0
    while abs(step - 1) > _PRECISION:
        index += 1
        part = index * (a - index)
        b += 2
        c = b + part / c
        d = 1 / (b + part * d)
        step = c * d
        result *= step
    return result


def scaled(value: float, low: float, high: float = 1.0) -> float:
    """0 at ``low`` or below, 1 at ``high`` or above, straight between; in thousandths, so that noise of sums is gone.

    Examples
    --------
    >>> scaled(0.9, 0.8), scaled(0.5, 0.8)
    (0.5, 0.0)
    """
    return round(min(1.0, max(0.0, (value - low) / (high - low))), 3)
