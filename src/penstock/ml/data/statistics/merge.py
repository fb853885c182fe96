"""The state of a union from the states of its parts."""

from __future__ import annotations

from collections.abc import Sequence

from penstock.core.error import DataError
from penstock.ml.data.statistics.cross import merge_crosses
from penstock.ml.data.statistics.merge_custom import merge_custom
from penstock.ml.data.statistics.merge_feature import absent, merge_features
from penstock.ml.data.statistics.prefix_histogram import extent_of
from penstock.ml.data.statistics.state import CrossState, DatasetState, FeatureState
from penstock.ml.data.statistics.value_sample import value_limit

_WHERE = "merge of statistics"


def merge_lists(parts: Sequence[Sequence[DatasetState]]) -> tuple[DatasetState, ...]:
    """The data sets and slices of all parts, by name: all rows first, then slices in the order of their names.

    Raises
    ------
    DataError
        If two parts cannot be merged.
    """
    by_name: dict[str, list[DatasetState]] = {}
    for part in parts:
        for state in part:
            by_name.setdefault(state.name, []).append(state)
    return tuple(merge_states(by_name[name]) for name in sorted(by_name))


def merge_states(parts: Sequence[DatasetState]) -> DatasetState:
    """The state of all rows of the parts.

    A part without rows and features changes nothing. A feature that a part lacks is missing in all its rows.

    Parameters
    ----------
    parts : sequence of DatasetState
        At least one; of one name.

    Raises
    ------
    DataError
        If a column has types that have no common one, or only some parts are weighted.
    """
    filled = [part for part in parts if part.num_examples or part.features]
    if not filled:
        return parts[0]
    _check_weights(filled)
    paths = sorted({path for part in filled for path in part.features})
    groups = {path: [_present(part, path) for part in filled] for path in paths}
    limit = value_limit(sum(any(state.text or state.bytes for state in group) for group in groups.values()))
    weights = [part.weight for part in filled if part.weight is not None]
    return DatasetState(
        name=filled[0].name,
        num_examples=sum(part.num_examples for part in filled),
        features={path: merge_features(group, limit=limit) for path, group in groups.items()},
        weight=sum(weights) if weights else None,
        crosses=_merge_crosses(filled),
        custom=merge_custom([part.custom for part in filled]),
    )


def _merge_crosses(parts: Sequence[DatasetState]) -> dict[tuple[str, str], CrossState]:
    pairs = sorted({pair for part in parts for pair in part.crosses})
    for x, y in pairs:
        if any((x, y) not in part.crosses for part in parts):
            raise DataError(
                f"columns '{x}' and '{y}' are crossed in some of the statistics only",
                where=_WHERE,
                fix="compute all of them with the same crosses",
            )
    return {pair: merge_crosses([part.crosses[pair] for part in parts]) for pair in pairs}


def _present(part: DatasetState, path: tuple[str, ...]) -> FeatureState:
    """The feature of a part, or one that is missing wherever it could be."""
    found = part.features.get(path)
    if found is not None:
        return found
    missing, weight = part.num_examples, part.weight or 0
    if len(path) > 1:
        # Inside a struct a value is missing once per value of the struct, which may be missing itself.
        parent = part.features.get(path[:-1])
        extent = extent_of(parent.levels[-1].lengths) if parent is not None and parent.levels else None
        missing, weight = (0, 0) if extent is None else (extent.total, extent.weighted_total or 0)
    return absent(path, missing, weight, is_weighted=part.weight is not None)


def _check_weights(parts: Sequence[DatasetState]) -> None:
    if len({part.weight is None for part in parts if part.num_examples}) > 1:
        raise DataError(
            "some statistics are weighted and some are not",
            where=_WHERE,
            fix="compute all of them with the same weight column",
        )
