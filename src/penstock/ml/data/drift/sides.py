"""What a comparison keeps of both data sets, so that its report can be drawn without them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from penstock.core.canonical import canonical_json
from penstock.core.error import DataError
from penstock.ml.data.metadata.message import decode, to_json
from penstock.ml.data.metadata.statistics import DatasetStatistics, FeatureStatistics, StatisticsList

if TYPE_CHECKING:
    from penstock.ml.data.drift.comparison import Sides

FILE_NAME = "sides.json"
"""Both data sets in TensorFlow Metadata's JSON: the baseline, then the current one."""


def save_sides(sides: Sides, folder: Path) -> None:
    """Write what is drawn of both; the same data sets give the same bytes."""
    both = StatisticsList(datasets=tuple(map(drawn, sides)))
    (folder / FILE_NAME).write_text(canonical_json(to_json(both)) + "\n", encoding="utf-8")


def load_sides(folder: Path) -> Sides | None:
    """Both data sets; None where there is no file.

    Raises
    ------
    DataError
        If the file holds anything but the statistics of two data sets.
    """
    file = folder / FILE_NAME
    if not file.is_file():
        return None
    found = decode(file.read_bytes(), StatisticsList, where=str(file)).datasets
    if len(found) != 2:
        raise DataError(
            f"there are statistics of {len(found)} data sets, not of two",
            where=str(file),
            fix="give the folder of a Comparison artifact",
        )
    return found[0], found[1]


def drawn(dataset: DatasetStatistics) -> DatasetStatistics:
    """Without the long lists that no figure shows."""
    return msgspec.structs.replace(dataset, features=tuple(map(_drawn, dataset.features)), cross_features=())


def _drawn(feature: FeatureStatistics) -> FeatureStatistics:
    text = feature.string_stats
    if text is not None:
        text = msgspec.structs.replace(text, rank_histogram=None, weighted_string_stats=None)
    return msgspec.structs.replace(feature, string_stats=text, custom_stats=())
