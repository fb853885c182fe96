"""The result of comparing two data sets: every feature, every measure, and what is too far apart."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from penstock.core.error import DataError, NotFoundError, closest
from penstock.ml.data import json_file
from penstock.ml.data.drift.measurement import MEASURES, FeatureVerdict, Measurement
from penstock.ml.report.number import number

if TYPE_CHECKING:
    from penstock.ml.data.metadata.anomalies import DriftSkewInfo
    from penstock.ml.data.metadata.statistics import DatasetStatistics
    from penstock.ml.data.statistics.statistics import Statistics
    from penstock.ml.report import Page

Kind = Literal["drift", "skew"]
Change = Literal["", "missing", "new", "type"]
Sides = tuple["DatasetStatistics", "DatasetStatistics"]

FILE_NAME = "comparison.json"
"""The file of a Comparison artifact."""

ALL_FEATURES = "*"
"""Feature of a finding about whole data sets."""

WORST = 5
"""Findings that an error tells."""

_WHAT = "the comparison"

_CHANGES = {
    "missing": (
        "it is in the baseline and not in the current data",
        "bring the column back, or leave it out: features=",
    ),
    "new": ("it is in the current data and not in the baseline", "compute a new baseline, or leave it out: features="),
}

_NO_EXAMPLES_FIX = "give statistics of data with rows: look for an empty file, or for a query that takes no row"
_NOT_MEASURED_FIX = "find out why, or lift its limit: an infinite threshold for this feature and measure"
_FIX = "look for the cause at the source; if the change is meant, compute a new baseline or raise the threshold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is too far apart, or that could not be measured though it has a limit.

    It is about two data sets; findings of `anomalies` are about one and its schema, those of `leakage` about what a
    model should not know.

    Parameters
    ----------
    feature : str
        ``*`` for whole data sets.
    kind : str
        A measure that is above its threshold, or ``missing``, ``new``, ``type`` or ``not_comparable``.
    strength : float
        0 to 1, of the feature.
    why, fix : str
        What was seen, and what can be done.
    """

    feature: str
    kind: str
    strength: float
    why: str
    fix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedData:
    """One of the two data sets."""

    num_examples: int
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureComparison:
    """One feature of both data sets.

    Parameters
    ----------
    name : str
    path : tuple of str
    type : str
        In the current data; of a missing feature in the baseline.
    change : str
        ``missing`` or ``new`` where one side lacks it, ``type`` where its type is another.
    baseline_type : str
        Where the type is another.
    measurements : tuple of Measurement
        Every measure that applies.
    unmeasured : dict of str to float
        Thresholds of measures that could not be made.
    obstacle : str
        Why some could not be made.
    """

    name: str
    path: tuple[str, ...]
    type: str
    change: Change = ""
    baseline_type: str = ""
    measurements: tuple[Measurement, ...] = ()
    unmeasured: dict[str, float] = field(default_factory=dict, hash=False)
    obstacle: str = ""

    @property
    def strength(self) -> float:
        """How far apart, 0 to 1: the greatest measure in that range, less what chance explains; 1 if not comparable."""
        if self.change in ("missing", "new"):
            return 1.0
        made = {item.measure: item for item in self.measurements}
        if self.change == "type" and not {"jensen_shannon", "kolmogorov_smirnov"} & set(made):
            return 1.0
        # Buckets of equal width follow the largest number; the statistic of all numbers does not.
        left_out = "jensen_shannon" if "kolmogorov_smirnov" in made else ""
        counted = [item for name, item in made.items() if MEASURES[name].is_strength and name != left_out]
        return max((max(item.value - (item.by_chance or 0.0), 0.0) for item in counted), default=0.0)

    @property
    def verdict(self) -> FeatureVerdict:
        """``high`` where a measure is above its threshold, ``unchecked`` where none has a threshold.

        ``not_comparable`` where a measure with a threshold could not be made, and no other is too high.
        """
        verdicts = {item.verdict for item in self.measurements}
        if "high" in verdicts:
            return "high"
        return "not_comparable" if self.unmeasured else "ok" if "ok" in verdicts else "unchecked"

    def measurement(self, measure: str) -> Measurement | None:
        """The measurement of that name, where the measure applies."""
        return next((item for item in self.measurements if item.measure == measure), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How far two data sets are apart.

    Parameters
    ----------
    kind : str
        ``drift`` (the same data at another time) or ``skew`` (training against serving).
    baseline, current : ComparedData
    features : tuple of FeatureComparison
        What was found first, then by strength, then by name.
    obstacle : str
        Why nothing could be compared; empty where something could.
    has_limits : bool
        Whether there was a limit to hold anything against.
    sides : pair of DatasetStatistics, optional
        Both data sets, for the report alone.

    See Also
    --------
    penstock.ml.data.drift.compare_statistics.compare : makes one.
    """

    kind: Kind
    baseline: ComparedData
    current: ComparedData
    features: tuple[FeatureComparison, ...] = ()
    obstacle: str = ""
    has_limits: bool = False
    # Reading a comparison resolves the annotations, and statistics are not worth loading for it.
    sides: Any = field(default=None, compare=False, repr=False)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Features that changed as such, measures above their thresholds, and limits that could not be checked.

        In the order of the features; that nothing could be compared comes first.
        """
        of_features = [finding for feature in self.features for finding in _findings(feature)]
        if not (self.obstacle and self.has_limits):
            return tuple(of_features)
        why = f"there are limits, and nothing could be compared: {self.obstacle}"
        whole = Finding(feature=ALL_FEATURES, kind="not_comparable", strength=1.0, why=why, fix=_NO_EXAMPLES_FIX)
        # That of the whole says it for every feature.
        return (whole, *(finding for finding in of_features if finding.kind != "not_comparable"))

    @property
    def is_ok(self) -> bool:
        """Whether nothing was found. Measures without a threshold find nothing."""
        return not self.findings

    def raise_if(self) -> None:
        """Stop if something was found.

        Raises
        ------
        DataError
            With the worst findings, and what can be done.
        """
        found = self.findings
        if not found:
            return
        told = [f"{one.feature} ({one.kind}): {one.why}" for one in found[:WORST]]
        if len(found) > WORST:
            told.append(f"and {len(found) - WORST} more")
        raise DataError(
            f"{self.kind} in {len(found)} point{'s' * (len(found) > 1)}:\n    " + "\n    ".join(told),
            where="comparison of two data sets",
            fix="; ".join(dict.fromkeys(one.fix for one in found[:WORST])),
        )

    def feature(self, name: str) -> FeatureComparison:
        """The comparison of one feature.

        Raises
        ------
        NotFoundError
            If there is none of that name.
        """
        by_name = {feature.name: feature for feature in self.features}
        if name not in by_name:
            raise NotFoundError(
                f"'{name}' was not compared; {closest(name, by_name)}",
                where=repr(self.kind),
                fix="use a compared feature",
            )
        return by_name[name]

    @property
    def drift_skew_info(self) -> tuple[DriftSkewInfo, ...]:
        """The measures that TensorFlow Metadata knows, as its `Anomalies` hold them; by path."""
        from penstock.ml.data.metadata.anomalies import DriftSkewInfo
        from penstock.ml.data.metadata.anomalies import Measurement as MetadataMeasurement
        from penstock.ml.data.metadata.path import Path as FeaturePath

        found = []
        for feature in sorted(self.features, key=lambda item: item.path):
            made = tuple(
                MetadataMeasurement(type=known.metadata_type, value=item.value, threshold=item.threshold)
                for item in feature.measurements
                if (known := MEASURES[item.measure]).metadata_type != "UNKNOWN"
            )
            if made:
                path = FeaturePath(step=feature.path)
                found.append(
                    DriftSkewInfo(path=path, skew_measurements=made)
                    if self.kind == "skew"
                    else DriftSkewInfo(path=path, drift_measurements=made)
                )
        return tuple(found)

    def to_json(self) -> dict[str, Any]:
        """The comparison as plain JSON values, with its findings; infinite values as ``"Infinity"``."""
        from penstock.ml.data.metadata.message import to_json

        plain: dict[str, Any] = to_json(replace(self, sides=None))
        del plain["sides"]
        for feature, record in zip(plain["features"], self.features, strict=True):
            feature["measurements"] = [_said(item) for item in feature["measurements"]]
            feature |= {"strength": record.strength, "verdict": record.verdict}
        return plain | {"is_ok": self.is_ok, "findings": [to_json(item) for item in self.findings]}

    def save(self, path: Path | str) -> None:
        """Write one JSON file; the same comparison gives the same bytes.

        Raises
        ------
        DataError
            If the file cannot be written.
        """
        json_file.write_json(path, self.to_json(), _WHAT)

    @classmethod
    def load(cls, path: Path | str) -> Comparison:
        """Read what `save` wrote.

        Parameters
        ----------
        path : path
            The file, or the folder of a Comparison artifact.

        Raises
        ------
        DataError
            If there is no such file, or it holds no comparison.
        """
        from penstock.ml.data.metadata.message import decode

        place = json_file.place_of(path, FILE_NAME)
        data = json_file.read_file(place, _WHAT, fix="give a file that `Comparison.save` wrote")
        found = replace(decode(data, cls, where=str(place)), sides=None)
        if place == Path(path):
            return found
        from penstock.ml.data.drift.sides import load_sides

        return replace(found, sides=load_sides(place.parent))

    def page(
        self,
        baseline: Statistics | None = None,
        current: Statistics | None = None,
        *,
        names: tuple[str, str] = ("baseline", "current"),
        title: str = "",
    ) -> Page:
        """A report of this comparison; `penstock.ml.report.render` makes the HTML.

        Parameters
        ----------
        baseline, current : Statistics, optional
            Whose figures are drawn; by default those that were compared, as far as they are known.
        names : tuple of str
            What to call them.
        title : str
            By default ``Drift`` or ``Skew``.
        """
        from penstock.ml.data.drift.comparison_page import comparison_page

        sides = self.sides if baseline is None or current is None else (baseline.dataset, current.dataset)
        page = comparison_page(self, sides, names)
        return replace(page, title=title) if title else page

    def __repr__(self) -> str:
        from penstock.ml.data.drift.comparison_table import as_text

        return as_text(self)

    def _repr_html_(self) -> str:
        from penstock.ml.report import frame

        return frame(self.page())


def _said(measurement: dict[str, Any]) -> dict[str, Any]:
    """A measurement without what it does not say."""
    return {name: value for name, value in measurement.items() if value is not None and value != ""}


def _findings(feature: FeatureComparison) -> list[Finding]:
    found: list[tuple[str, str, str]] = []
    if feature.change in _CHANGES:
        found.append((feature.change, *_CHANGES[feature.change]))
    if feature.change == "type":
        why = f"its type was {feature.baseline_type} and is {feature.type}"
        found.append(("type", why, "read both data sets with the same types"))
    found += [(item.measure, _why(item), _FIX) for item in feature.measurements if item.verdict == "high"]
    if feature.unmeasured:
        limits = ", ".join(f"{MEASURES[name].label} (limit {number(at)})" for name, at in feature.unmeasured.items())
        found.append(("not_comparable", f"not measured: {limits}; {feature.obstacle}", _NOT_MEASURED_FIX))
    return [
        Finding(feature=feature.name, kind=kind, strength=feature.strength, why=why, fix=fix)
        for kind, why, fix in found
    ]


def _why(item: Measurement) -> str:
    text = f"{item.label} {number(item.value)} is above {number(item.threshold)}"
    if item.baseline is None or item.current is None or not math.isfinite(item.current):
        return text
    of = f"'{item.of}' " if item.of else ""
    return f"{text}: {of}{number(item.baseline)} -> {number(item.current)}"
