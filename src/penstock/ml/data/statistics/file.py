"""Statistics as one JSON file: TensorFlow Metadata's view, with the state in custom statistics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from penstock.core.canonical import canonical_json, digest_bytes
from penstock.core.error import DataError
from penstock.ml.data.metadata.message import decode, encode
from penstock.ml.data.metadata.statistics import (
    CustomStatistic,
    DatasetStatistics,
    FeatureStatistics,
    StatisticsList,
)
from penstock.ml.data.statistics.options import StatisticsOptions
from penstock.ml.data.statistics.state import WEIGHT_UNITS, DatasetState

STATE = "penstock.state"
"""Custom statistic of each feature: its state (`codec`)."""

DATASET = "penstock.dataset"
"""Custom statistic of a data set's first feature: what the view does not tell of the whole, as JSON."""

VIEW = "penstock.view"
"""Custom statistic of the first feature of the file: digest of the view, which must say what the states say."""

_OURS = (STATE, DATASET, VIEW)
_ENTRY = b'{"name": "penstock.'
_OUR_ENDINGS = tuple(name.removeprefix("penstock.").encode() + b'"' for name in _OURS)
_NO_ENTRIES = b', "customStats": []'
_BOM = b"\xef\xbb\xbf"
_END = 1 << 64
_SIZES = ("top_values", "rank_buckets", "histogram_buckets", "quantile_buckets", "num_values_buckets")


@dataclass(frozen=True, slots=True)
class KeptDataset:
    """The texts that a data set's file carries beside the view.

    Parameters
    ----------
    about : str
        Of `DATASET`; empty where there is none.
    states : tuple of str, optional
        Of `STATE`, in the order of the features.
    """

    about: str = ""
    states: tuple[str, ...] = ()


def keep(states: Sequence[DatasetState], options: StatisticsOptions) -> tuple[KeptDataset, ...]:
    """What the file carries of these states."""
    from penstock.ml.data.statistics.codec import encode_state

    sizes = {name: getattr(options, name) for name in _SIZES}
    return tuple(
        KeptDataset(
            _about_text(state, sizes, options.semantic_domains),
            tuple(map(encode_state, state.features.values())),
        )
        for state in states
    )


def _about_text(state: DatasetState, sizes: dict[str, int], is_semantic: bool) -> str:
    from penstock.ml.data.statistics.codec import encode_state

    about: dict[str, Any] = {"name": state.name, "sizes": sizes, "weight": state.weight}
    if state.crosses:
        about["crosses"] = list(map(encode_state, state.crosses.values()))
    if state.custom:
        about["custom"] = list(map(encode_state, state.custom))
    if is_semantic:
        about["semantic"] = True
    return canonical_json(about)


def write(message: StatisticsList, kept: Sequence[KeptDataset]) -> bytes:
    """The file's bytes; without ``kept`` the view alone."""
    if kept:
        pairs = zip(message.datasets, kept, strict=True)
        whole = StatisticsList(datasets=tuple(_with_kept(dataset, texts) for dataset, texts in pairs))
        message = _with_digest(whole, _digest(message))
    return (encode(message) + "\n").encode()


def read(data: bytes, *, where: str) -> tuple[StatisticsList, tuple[KeptDataset, ...]]:
    """The view, and what is kept beside it: nothing where a feature has no state.

    Raises
    ------
    DataError
        If it is no JSON of statistics, tells an impossible number of rows, or was edited although it carries states,
        which then say something else.
    """
    message = decode(data.removeprefix(_BOM), StatisticsList, where=where)
    _check_counts(message, where)
    kept = tuple(map(_kept, message.datasets))
    plain = StatisticsList(datasets=tuple(map(_without_kept, message.datasets)))
    _check_unedited(data, message, plain, where)
    is_whole = bool(kept) and all(
        len(texts.states) == sum(map(_is_of_column, dataset.features))
        for texts, dataset in zip(kept, plain.datasets, strict=True)
    )
    return plain, kept if is_whole and all(texts.about or not texts.states for texts in kept) else ()


def states_of(
    message: StatisticsList, kept: Sequence[KeptDataset], *, where: str
) -> tuple[tuple[DatasetState, ...], StatisticsOptions]:
    """The states that a file carries, and the sizes of its view.

    Raises
    ------
    DataError
        If a text is damaged.
    """
    from penstock.ml.data.statistics.codec import decode_cross, decode_custom, decode_state

    states = []
    options = StatisticsOptions()
    for dataset, texts in zip(message.datasets, kept, strict=True):
        about = _about(texts.about, dataset, where)
        sizes: dict[str, Any] = {name: size for name, size in about.sizes.items() if name in _SIZES}
        options = replace(options, semantic_domains=about.semantic, **sizes)
        features = [decode_state(text, where=where) for text in texts.states]
        by_path = {feature.path: feature for feature in features}
        crosses = {(cross.x, cross.y): cross for cross in (decode_cross(text, where=where) for text in about.crosses)}
        custom = tuple(decode_custom(text, where=where) for text in about.custom)
        states.append(DatasetState(about.name, dataset.num_examples, by_path, about.weight, crosses, custom))
    return tuple(states), options


class _About(msgspec.Struct, frozen=True):
    """What `DATASET` holds."""

    name: str = ""
    sizes: dict[str, int] = {}
    weight: int | None = None
    crosses: tuple[str, ...] = ()
    custom: tuple[str, ...] = ()
    semantic: bool = False


def _about(text: str, dataset: DatasetStatistics, where: str) -> _About:
    if not text:
        # Without features there is nowhere to keep it, and nothing but the weight to keep.
        weight = round(dataset.weighted_num_examples * WEIGHT_UNITS)
        return _About(weight=weight or None)
    try:
        return msgspec.json.decode(text, type=_About)
    except msgspec.DecodeError as error:
        raise DataError(
            f"what the file keeps of data set '{dataset.name}' is damaged: {error}",
            where=where,
            fix="compute the statistics again",
        ) from error


def _with_kept(dataset: DatasetStatistics, texts: KeptDataset) -> DatasetStatistics:
    features: list[FeatureStatistics] = []
    columns = list(filter(_is_of_column, dataset.features))
    for feature, state in zip(columns, texts.states, strict=True):
        about = () if features else (CustomStatistic(name=DATASET, text=texts.about),)
        entries = (*feature.custom_stats, *about, CustomStatistic(name=STATE, text=state))
        features.append(msgspec.structs.replace(feature, custom_stats=entries))
    # Sparse and weighted features follow those of columns, and have no state of their own.
    return msgspec.structs.replace(dataset, features=(*features, *dataset.features[len(columns) :]))


def _with_digest(message: StatisticsList, digest: str) -> StatisticsList:
    """With the view's digest beside the first text that is kept."""
    datasets = list(message.datasets)
    place = next((index for index, dataset in enumerate(datasets) if _texts(dataset)), None)
    if place is None:
        return message
    features = list(datasets[place].features)
    entries = (*features[0].custom_stats, CustomStatistic(name=VIEW, text=digest))
    features[0] = msgspec.structs.replace(features[0], custom_stats=entries)
    datasets[place] = msgspec.structs.replace(datasets[place], features=tuple(features))
    return StatisticsList(datasets=tuple(datasets))


def _digest(view: StatisticsList) -> str:
    return digest_bytes(encode(view).encode())


def _check_counts(message: StatisticsList, where: str) -> None:
    for dataset in message.datasets:
        if not 0 <= dataset.num_examples < _END:
            raise DataError(
                f"the statistics tell of {dataset.num_examples} rows", where=where, fix="compute the statistics again"
            )


def _check_unedited(data: bytes, message: StatisticsList, view: StatisticsList, where: str) -> None:
    """What is merged comes from the states, what is shown and checked from the view: they must agree."""
    texts = [item for dataset in message.datasets for item in _texts(dataset)]
    digests = [item.text for item in texts if item.name == VIEW]
    # To write the view anew takes longer than all the rest; that is for files which another tool laid out.
    if texts and digests != [digest_bytes(_view_bytes(data))] and digests != [_digest(view)]:
        raise DataError(
            "the file was edited: what it shows is not what its states say",
            where=where,
            fix="describe the data again; to change what is expected of data, edit its schema",
        )


def _view_bytes(data: bytes) -> bytes:
    """What is left of a file as `write` makes it without the entries of ours, which are many times as long."""
    parts, at, seek = [], 0, 0
    while (start := data.find(_ENTRY, seek)) >= 0:
        if not data.startswith(_OUR_ENDINGS, start + len(_ENTRY)):
            seek = start + 1
            continue
        parts.append(data[at:start].removesuffix(b", "))
        end = data.find(b'"}', start)
        # No text of ours ends with a backslash, so one there escapes a quote inside of the text.
        while end >= 0 and data[end - 1 : end] == b"\\":
            end = data.find(b'"}', end + 1)
        if end < 0:
            return data
        at = seek = end + 2
    return b"".join([*parts, data[at:]]).replace(_NO_ENTRIES, b"").removesuffix(b"\n")


def _texts(dataset: DatasetStatistics) -> list[CustomStatistic]:
    return [item for feature in dataset.features for item in feature.custom_stats if item.name in _OURS]


def _is_of_column(feature: FeatureStatistics) -> bool:
    parts = (feature.num_stats, feature.string_stats, feature.bytes_stats, feature.struct_stats)
    return any(part is not None for part in parts)


def _kept(dataset: DatasetStatistics) -> KeptDataset:
    entries = [item for feature in dataset.features for item in feature.custom_stats if item.text is not None]
    about = next((item.text for item in entries if item.name == DATASET), None)
    return KeptDataset(about or "", tuple(item.text or "" for item in entries if item.name == STATE))


def _without_kept(dataset: DatasetStatistics) -> DatasetStatistics:
    return msgspec.structs.replace(dataset, features=tuple(map(_plain, dataset.features)))


def _plain(feature: FeatureStatistics) -> FeatureStatistics:
    entries = tuple(item for item in feature.custom_stats if item.name not in _OURS)
    return msgspec.structs.replace(feature, custom_stats=entries)
