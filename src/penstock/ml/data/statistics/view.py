"""The state of a data set as the statistics that TFDV would have computed."""

from __future__ import annotations

from collections.abc import Sequence

from penstock.ml.data.metadata.path import Path
from penstock.ml.data.metadata.statistics import (
    CustomStatistic,
    DatasetStatistics,
    FeatureStatistics,
    StatisticsList,
    StructStatistics,
)
from penstock.ml.data.statistics.options import StatisticsOptions
from penstock.ml.data.statistics.state import WEIGHT_UNITS, DatasetState, FeatureState
from penstock.ml.data.statistics.view_common import common_statistics, length_statistics
from penstock.ml.data.statistics.view_cross import cross_statistics
from penstock.ml.data.statistics.view_custom import semantic_statistics, with_custom
from penstock.ml.data.statistics.view_numeric import numeric_statistics
from penstock.ml.data.statistics.view_text import bytes_errors, bytes_statistics, string_statistics, text_errors

ALL_EXAMPLES = "All Examples"
"""TFDV's name of all rows, where there are slices besides."""

DOMAIN = "penstock.domain"
"""Custom statistic: what the column's own type tells, as `FeatureState.domain`."""


def view_list(states: Sequence[DatasetState], options: StatisticsOptions) -> StatisticsList:
    """All rows first, then the slices."""
    return StatisticsList(datasets=tuple(view_dataset(state, options, len(states) > 1) for state in states))


def view_dataset(state: DatasetState, options: StatisticsOptions, is_sliced: bool = False) -> DatasetStatistics:
    """One data set or slice.

    Parameters
    ----------
    state : DatasetState
    options : StatisticsOptions
        Sizes of histograms and lists.
    is_sliced : bool
        Whether it stands beside others, so that all rows need a name too.
    """
    is_weighted = state.weight is not None
    columns = [view_feature(feature, options, is_weighted=is_weighted) for feature in state.features.values()]
    return DatasetStatistics(
        name=state.name or (ALL_EXAMPLES if is_sliced else ""),
        num_examples=state.num_examples,
        weighted_num_examples=(state.weight or 0) / WEIGHT_UNITS,
        features=with_custom(columns, state.custom, options),
        cross_features=cross_statistics(state, options),
    )


def view_feature(state: FeatureState, options: StatisticsOptions, *, is_weighted: bool) -> FeatureStatistics:
    """One feature; a number that stands for a category is shown as text, under its own type."""
    common = common_statistics(state, options, is_weighted=is_weighted)
    numeric = text = binary = struct = None
    if state.type == "STRUCT":
        struct = StructStatistics(common_stats=common)
    elif state.type == "BYTES":
        binary = bytes_statistics(state.bytes, common)
    elif state.type == "STRING" or state.text is not None:
        text = string_statistics(state.text, common, options, is_weighted=is_weighted)
    else:
        numeric = numeric_statistics(
            state.numeric, common, options, is_integral=state.type == "INT", is_weighted=is_weighted
        )
    return FeatureStatistics(
        path=Path(step=state.path),
        type=state.type,
        num_stats=numeric,
        string_stats=text,
        bytes_stats=binary,
        struct_stats=struct,
        custom_stats=_custom(state, options),
    )


def _custom(state: FeatureState, options: StatisticsOptions) -> tuple[CustomStatistic, ...]:
    found = list(length_statistics(state.levels, options))
    if state.text is not None and state.type != "BYTES":
        found += text_errors(state.text)
    if state.bytes is not None and state.type == "BYTES":
        found += bytes_errors(state.bytes)
    if state.domain:
        found.append(CustomStatistic(name=DOMAIN, text=state.domain))
    if options.semantic_domains:
        found += semantic_statistics(state)
    return tuple(found)
