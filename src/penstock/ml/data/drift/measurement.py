"""One measure of one feature: what it is called, what it came to, and whether that is too much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from penstock.ml.data.metadata.anomaly_type import MeasurementType

Verdict = Literal["unchecked", "ok", "high"]
FeatureVerdict = Literal["unchecked", "ok", "high", "not_comparable"]


@dataclass(frozen=True, slots=True)
class Measure:
    """What is known of a measure.

    Parameters
    ----------
    label : str
        For people.
    unit : str
        ``bits``, ``share``; empty for a plain ratio; ``feature`` for that of the feature's numbers.
    is_strength : bool
        Whether it lies between 0 and 1 and counts for the feature's strength.
    metadata_type : str, optional
        Its name in TensorFlow Metadata, where it has one.
    """

    label: str
    unit: str = ""
    is_strength: bool = False
    metadata_type: MeasurementType = "UNKNOWN"


MEASURES: dict[str, Measure] = {
    "l_infinity": Measure("L-infinity distance", "share", True, "L_INFTY"),
    "normalized_abs_difference": Measure(
        "normalised absolute difference", "share", False, "NORMALIZED_ABSOLUTE_DIFFERENCE"
    ),
    "jensen_shannon": Measure("Jensen-Shannon divergence", "bits", True, "JENSEN_SHANNON_DIVERGENCE"),
    "psi": Measure("population stability index", "nats"),
    "kolmogorov_smirnov": Measure("Kolmogorov-Smirnov statistic", "share", True),
    "wasserstein": Measure("Wasserstein distance", "feature"),
    "wasserstein_normalized": Measure("Wasserstein distance by standard deviation", "deviations"),
    "mean_change": Measure("change of the mean by standard deviation", "deviations"),
    "std_change": Measure("relative change of the standard deviation"),
    "missing_change": Measure("change of the share of missing values", "share", True),
    "nan_change": Measure("change of the share of NaN", "share", True),
}
"""Every measure that `compare` makes; none is below 0, and more is further apart."""

_OF_TEXTS = frozenset({"l_infinity", "normalized_abs_difference"})
_OF_BOTH = frozenset({"jensen_shannon", "psi"})
_OF_ALL = frozenset({"missing_change"})


def measures_of(type: str) -> frozenset[str]:
    """The measures that apply to features of a type.

    Parameters
    ----------
    type : str
        TensorFlow Metadata's: ``INT``, ``FLOAT``, ``STRING``, ``BYTES``, ``STRUCT``.
    """
    if type in ("INT", "FLOAT"):
        return frozenset(MEASURES) - _OF_TEXTS
    return _OF_TEXTS | _OF_BOTH | _OF_ALL if type == "STRING" else _OF_ALL


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """What a measure came to.

    Parameters
    ----------
    measure : str
        One of `MEASURES`.
    value : float
        0 where nothing changed.
    threshold : float, optional
        What it may be at most.
    baseline, current : float, optional
        What is compared, where that is one number on each side: means, shares.
    of : str
        Whose shares these are, where it is one value of several.
    p_value : float, optional
        Probability of so great a value without any change, where it is known.
    by_chance : float, optional
        About what it comes to without any change, where it is known: few rows and many values make it great.
    basis : str
        What it was computed from, where that is not all there is.
    """

    measure: str
    value: float
    threshold: float | None = None
    baseline: float | None = None
    current: float | None = None
    of: str = ""
    p_value: float | None = None
    by_chance: float | None = None
    basis: str = ""

    @property
    def verdict(self) -> Verdict:
        """``high`` above the threshold, ``unchecked`` without one."""
        if self.threshold is None:
            return "unchecked"
        return "ok" if self.value <= self.threshold else "high"

    @property
    def label(self) -> str:
        """The measure's name for people."""
        return MEASURES[self.measure].label if self.measure in MEASURES else self.measure
