"""Statistics as the checks read them: by path, with weights where there are any, and with TFDV's defaults."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from penstock.ml.data.metadata.schema import FeatureType
from penstock.ml.data.metadata.statistics import (
    CommonStatistics,
    CustomStatistic,
    DatasetStatistics,
    FeatureStatistics,
    NumericStatistics,
    WeightedCommonStatistics,
)

if TYPE_CHECKING:
    from penstock.ml.data.statistics.state import DatasetState, TextState

Steps = tuple[str, ...]
StateOf = Callable[[], "DatasetState | None"]

OWN_STATISTIC = "penstock."
"""Custom statistics whose name begins so are Penstock's state, nothing to check."""

_FEATURE_TYPE: Mapping[str, FeatureType] = {
    "INT": "INT",
    "FLOAT": "FLOAT",
    "STRING": "BYTES",
    "BYTES": "BYTES",
    "STRUCT": "STRUCT",
}


def no_state() -> None:
    """Of statistics that are a message alone."""


@dataclass(frozen=True)
class FeatureView:
    """Statistics of one feature.

    Parameters
    ----------
    path : tuple of str
    statistics : FeatureStatistics
    by_weight : bool
        Whether weighted statistics stand for the others.
    state : callable
        The state of the data set, which knows more values than the rank histogram; it is read only where they matter.
    """

    path: Steps
    statistics: FeatureStatistics
    by_weight: bool
    state: StateOf = no_state

    @cached_property
    def common(self) -> CommonStatistics | None:
        """Presence and number of values; None for a feature that has custom statistics alone."""
        return common_statistics(self.statistics)

    @cached_property
    def numeric(self) -> NumericStatistics:
        """Numbers; zeros where there are none."""
        return self.statistics.num_stats or NumericStatistics()

    @cached_property
    def num_present(self) -> float:
        """Rows with the feature."""
        return self._counts.num_non_missing

    @cached_property
    def num_missing(self) -> float:
        """Rows without it."""
        return self._counts.num_missing

    @cached_property
    def num_values(self) -> float:
        """Values in all rows."""
        common = self.common or CommonStatistics()
        if self.by_weight or common.tot_num_values:
            return self._counts.tot_num_values
        return common.num_non_missing * common.avg_num_values

    @cached_property
    def levels(self) -> tuple[tuple[int, int], ...]:
        """Fewest and most values per nest level, the outermost first."""
        common = self.common or CommonStatistics()
        found = common.presence_and_valency_stats or (common,)
        return tuple((max(level.min_num_values, 0), level.max_num_values) for level in found)

    @cached_property
    def missing_levels(self) -> tuple[float, ...]:
        """Missing lists (first: rows) per nest level."""
        common = self.common or CommonStatistics()
        levels = common.weighted_presence_and_valency_stats if self.by_weight else common.presence_and_valency_stats
        return tuple(level.num_missing for level in levels) or (self.num_missing,)

    @cached_property
    def texts(self) -> Mapping[str, float]:
        """Counts of the texts (or categorical numbers), in the order of their code points.

        Those of the rank histogram; where it lacks some and there is a state, all that the state knows.
        """
        if self._text_state is not None:
            return _known_texts(self._text_state, self.by_weight)
        return dict(sorted(self._ranked.items()))

    @cached_property
    def texts_note(self) -> str:
        """How many of the texts are known, where that is not all of them."""
        unique = self.num_unique or 0
        if unique <= len(self.texts):
            return ""
        about = "about " if self._text_state is not None else ""
        return f"{len(self.texts):,} of {about}{unique:,} different values were looked at; there may be more"

    @cached_property
    def num_invalid_utf8(self) -> int:
        """Texts that are no UTF-8."""
        return self.statistics.string_stats.invalid_utf8_count if self.statistics.string_stats else 0

    @cached_property
    def num_unique(self) -> int | None:
        """Distinct texts; None where they were not counted."""
        return self.statistics.string_stats.unique if self.statistics.string_stats else None

    @cached_property
    def feature_type(self) -> FeatureType:
        """The schema's word for the type."""
        return _FEATURE_TYPE[self.statistics.type]

    @cached_property
    def customs(self) -> tuple[CustomStatistic, ...]:
        """Custom statistics that are not Penstock's own."""
        return custom_statistics(self.statistics)

    def custom(self, name: str) -> CustomStatistic | None:
        """The first custom statistic of a name."""
        return next((statistic for statistic in self.customs if statistic.name == name), None)

    @cached_property
    def _ranked(self) -> Mapping[str, float]:
        strings = self.statistics.string_stats
        if strings is None:
            return {}
        weighted = strings.weighted_string_stats
        ranks = (weighted.rank_histogram if weighted else None) if self.by_weight else strings.rank_histogram
        counts: dict[str, float] = {}
        for bucket in ranks.buckets if ranks else ():
            counts.setdefault(bucket.label, bucket.sample_count)
        return counts

    @cached_property
    def _text_state(self) -> TextState | None:
        """The state of the texts, where the rank histogram lacks some of them."""
        if (self.num_unique or 0) <= len(self._ranked):
            return None
        state = self.state()
        feature = state.features.get(self.path) if state is not None else None
        return feature.text if feature is not None else None

    @cached_property
    def _counts(self) -> CommonStatistics | WeightedCommonStatistics:
        common = self.common or CommonStatistics()
        return (common.weighted_common_stats or WeightedCommonStatistics()) if self.by_weight else common


@dataclass(frozen=True)
class DatasetView:
    """Statistics of one data set.

    Parameters
    ----------
    statistics : DatasetStatistics
    by_weight : bool
        Whether weighted statistics stand for the others.
    state : callable
        The state behind them, where there is one.
    """

    statistics: DatasetStatistics
    by_weight: bool = False
    state: StateOf = no_state

    @cached_property
    def num_examples(self) -> float:
        """Rows, or the sum of their weights."""
        return self.statistics.weighted_num_examples if self.by_weight else self.statistics.num_examples

    @cached_property
    def features(self) -> Mapping[Steps, FeatureView]:
        """Features that have statistics, in the order of the message."""
        return {path: FeatureView(path, found, self.by_weight, self.state) for path, found in _paths(self.statistics)}

    @cached_property
    def children(self) -> Mapping[Steps, tuple[FeatureView, ...]]:
        """Features inside of each struct; those at the top under the empty path."""
        found: dict[Steps, list[FeatureView]] = {}
        for path, view in self.features.items():
            parent = path[:-1] if path[:-1] in self.features else ()
            found.setdefault(parent, []).append(view)
        return {path: tuple(views) for path, views in found.items()}


def is_weighted(statistics: DatasetStatistics) -> bool:
    """Whether every feature with counts has weighted ones too, so that they stand for the others."""
    if not statistics.weighted_num_examples:
        return False
    commons = [common_statistics(feature) for feature in statistics.features]
    return all(
        common.weighted_common_stats is not None
        and len(common.presence_and_valency_stats) == len(common.weighted_presence_and_valency_stats)
        for common in commons
        if common is not None
    )


def common_statistics(feature: FeatureStatistics) -> CommonStatistics | None:
    """Presence and number of values of a feature; None if it has custom statistics alone."""
    for part in (feature.num_stats, feature.string_stats, feature.bytes_stats, feature.struct_stats):
        if part is not None:
            return part.common_stats or CommonStatistics()
    return None


def custom_statistics(feature: FeatureStatistics) -> tuple[CustomStatistic, ...]:
    """Custom statistics that are not Penstock's own."""
    return tuple(found for found in feature.custom_stats if not found.name.startswith(OWN_STATISTIC))


def _known_texts(state: TextState, by_weight: bool) -> dict[str, float]:
    from penstock.ml.data.statistics.state import WEIGHT_UNITS
    from penstock.ml.data.statistics.view_text import known_values

    values, counts, weights = known_values(state)
    amounts = counts if not by_weight or weights is None else weights / WEIGHT_UNITS
    return dict(zip(values.to_pylist(), amounts.tolist(), strict=True))


def _paths(statistics: DatasetStatistics) -> Iterator[tuple[Steps, FeatureStatistics]]:
    """Features with statistics and their paths; a name that goes on after that of a struct is inside of it."""
    structs: dict[str, Steps] = {}
    features = [found for found in statistics.features if common_statistics(found) or custom_statistics(found)]
    for feature in sorted(features, key=lambda found: found.name or ""):
        if feature.path is None and feature.type == "STRUCT":
            structs[feature.name or ""] = _inside(feature.name or "", structs)
    for feature in features:
        yield (feature.path.step if feature.path is not None else _inside(feature.name or "", structs)), feature


def _inside(name: str, structs: Mapping[str, Steps]) -> Steps:
    outer = max((struct for struct in structs if name.startswith(f"{struct}.")), key=len, default=None)
    return (name,) if outer is None else (*structs[outer], name[len(outer) + 1 :])
