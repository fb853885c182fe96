"""The result of comparing two data sets: every feature, every measure, and what is too far apart."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from penstock.core.canonical import canonical_json
from penstock.core.error import DataError, NotFoundError, closest
from penstock.ml.data.drift.measurement import MEASURES, Measurement, Verdict
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

_CHANGES = {
    "missing": (
        "it is in the baseline and not in the current data",
        "bring the column back, or leave it out: features=",
    ),
    "new": ("it is in the current data and not in the baseline", "compute a new baseline, or leave it out: features="),
}


_FIX = "look for the cause at the source; if the change is meant, compute a new baseline or raise the threshold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is too far apart.

    Parameters
    ----------
    feature : str
    kind : str
        A measure that is above its threshold, or ``missing``, ``new`` or ``type``.
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
    """

    name: str
    path: tuple[str, ...]
    type: str
    change: Change = ""
    baseline_type: str = ""
    measurements: tuple[Measurement, ...] = ()

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
    def verdict(self) -> Verdict:
        """``high`` where a measure is above its threshold, ``unchecked`` where none has a threshold."""
        verdicts = {item.verdict for item in self.measurements}
        return "high" if "high" in verdicts else "ok" if "ok" in verdicts else "unchecked"

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
    sides : pair of DatasetStatistics, optional
        Both data sets, for the report alone.

    See Also
    --------
    penstock.ml.data.drift.pairing.compare : makes one.
    """

    kind: Kind
    baseline: ComparedData
    current: ComparedData
    features: tuple[FeatureComparison, ...] = ()
    # Reading a comparison resolves the annotations, and statistics are not worth loading for it.
    sides: Any = field(default=None, compare=False, repr=False)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Features that changed as such, and measures above their thresholds; in the order of the features."""
        return tuple(finding for feature in self.features for finding in _findings(feature))

    @property
    def is_ok(self) -> bool:
        """Whether nothing was found. Measures without a threshold find nothing."""
        return not self.findings

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
        try:
            Path(path).write_text(canonical_json(self.to_json()) + "\n", encoding="utf-8")
        except OSError as error:
            raise DataError(
                f"the comparison cannot be written: {error.strerror}",
                where=str(path),
                fix="give a file in an existing folder that may be written",
            ) from error

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

        place = Path(path)
        folder = place if place.is_dir() else None
        place = place / FILE_NAME if folder else place
        try:
            data = place.read_bytes()
        except OSError as error:
            raise DataError(
                f"the comparison cannot be read: {error.strerror}",
                where=str(place),
                fix="give a file that `Comparison.save` wrote",
            ) from error
        found = replace(decode(data, cls, where=str(place)), sides=None)
        if folder is None:
            return found
        from penstock.ml.data.drift.sides import load_sides

        return replace(found, sides=load_sides(folder))

    def page(
        self,
        baseline: Statistics | None = None,
        current: Statistics | None = None,
        *,
        names: tuple[str, str] = ("baseline", "current"),
    ) -> Page:
        """A report of this comparison; `penstock.ml.report.render` makes the HTML.

        Parameters
        ----------
        baseline, current : Statistics, optional
            Whose figures are drawn; by default those that were compared, as far as they are known.
        names : tuple of str
            What to call them.
        """
        from penstock.ml.data.drift.comparison_page import comparison_page

        sides = self.sides if baseline is None or current is None else (baseline.dataset, current.dataset)
        return comparison_page(self, sides, names)

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
