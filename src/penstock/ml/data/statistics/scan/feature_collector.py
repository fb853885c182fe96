"""Collects the state of a column and of everything nested in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Lock

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from penstock.ml.data.metadata.statistics import StatisticsType
from penstock.ml.data.statistics.merge_feature import binary_type
from penstock.ml.data.statistics.scan.budget import ValueBudget
from penstock.ml.data.statistics.scan.bytes_collector import BytesCollector
from penstock.ml.data.statistics.scan.cursor import Cursors
from penstock.ml.data.statistics.scan.key_counter import LengthCounter
from penstock.ml.data.statistics.scan.leaf import Leaf, leaf_of, numbers_of, plain
from penstock.ml.data.statistics.scan.number_collector import NumberCollector
from penstock.ml.data.statistics.scan.row_length import Nesting, row_lengths
from penstock.ml.data.statistics.scan.row_weight import WeightSum
from penstock.ml.data.statistics.scan.tally import Tally, tally
from penstock.ml.data.statistics.scan.text_batch import text_batch
from penstock.ml.data.statistics.scan.text_collector import TextCollector
from penstock.ml.data.statistics.scan.value_collector import ValueCollector
from penstock.ml.data.statistics.state import (
    MAX_BINS,
    MAX_SHORT_VALUES,
    BytesState,
    FeatureState,
    NestLevel,
    TextState,
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How fine the state is; anything but the default is for tests, and cannot be merged with it.

    Parameters
    ----------
    bins, values, short_values : int
    """

    bins: int = MAX_BINS
    values: int | None = None
    short_values: int = MAX_SHORT_VALUES


@dataclass(frozen=True, slots=True)
class Setting:
    """What the features of one data set share."""

    cursors: Cursors
    budget: ValueBudget
    limits: Limits = field(default_factory=Limits)
    is_weighted: bool = False
    bytes_paths: frozenset[tuple[str, ...]] = frozenset()

    def value_collectors(self) -> tuple[ValueCollector, LengthCounter]:
        """Of values, and of their lengths."""
        values = ValueCollector(
            self.budget, self.cursors, is_weighted=self.is_weighted, short_limit=self.limits.short_values
        )
        return values, LengthCounter(limit=self.limits.bins, is_weighted=self.is_weighted)


class LevelCollector:
    """Presence and lengths on one level of nesting."""

    def __init__(self, setting: Setting) -> None:
        self._lock = Lock()
        self._missing = 0
        self._weight_missing = 0
        self._lengths = LengthCounter(limit=setting.limits.bins, is_weighted=setting.is_weighted)

    def add(self, missing: int, weight_missing: int, lengths: Tally) -> None:
        """Take in a batch."""
        with self._lock:
            self._missing += missing
            self._weight_missing += weight_missing
            self._lengths.take(lengths)

    def state(self) -> NestLevel:
        """What was taken in."""
        return NestLevel(self._missing, self._lengths.histogram, self._weight_missing)


class FeatureCollector:
    """One feature, and those inside of it where it is a struct.

    A null struct has no fields; a null in a list is no value of it.

    Parameters
    ----------
    path : tuple of str
    kind : pyarrow.DataType
    setting : Setting
    """

    def __init__(self, path: tuple[str, ...], kind: pa.DataType, setting: Setting) -> None:
        self.path = path
        self._setting = setting
        self._is_image = path in setting.bytes_paths
        inner, depth = _innermost(kind)
        self._depth = depth
        self._levels = [LevelCollector(setting) for _ in range(max(depth, 1))]
        self._rows = LevelCollector(setting) if depth > 1 else None
        self._lock = Lock()
        self._sum = WeightSum(f"column '{'.'.join(path)}'")
        self._fields: list[FeatureCollector] = []
        self._leaf = Leaf("STRUCT", "none")
        self._numbers: NumberCollector | None = None
        self._texts: TextCollector | None = None
        self._bytes: BytesCollector | None = None
        if pa.types.is_struct(inner):
            self._fields = [FeatureCollector((*path, one.name), one.type, setting) for one in inner]
        else:
            self._leaf = leaf_of(inner)
            self._make_leaf(self._leaf)

    def _make_leaf(self, leaf: Leaf) -> None:
        setting, limits = self._setting, self._setting.limits
        if leaf.kind == "number":
            self._numbers = NumberCollector(
                limit=limits.bins, is_integer=leaf.type == "INT", is_weighted=setting.is_weighted
            )
        elif leaf.kind != "none":
            self._texts = TextCollector(*setting.value_collectors(), setting.budget)
        if leaf.kind == "binary" or (leaf.kind == "text" and self._is_image):
            self._bytes = BytesCollector(*setting.value_collectors(), setting.cursors)

    def add(self, values: pa.Array, weights: np.ndarray | None) -> None:
        """Take in the values of some rows, with the rows' weights.

        Raises
        ------
        pyarrow.ArrowInvalid
            If a value has no place among the numbers that its type stands for.
        DataError
            If the weights of all values in lists sum to too much.
        """
        values, weights = self._present(plain(values), weights)
        if weights is not None and self._depth:
            with self._lock:
                self._sum.add(weights)
        if self._fields:
            for collector, part in zip(self._fields, values.flatten(), strict=True):
                collector.add(part, weights)
        elif self._numbers is not None:
            self._numbers.add(numbers_of(values, weights))
        elif self._texts is not None:
            self._texts.add(text_batch(values, weights, self._setting.cursors))
        if self._bytes is not None:
            self._bytes.add(_as_bytes(values), weights)

    def _present(self, values: pa.Array, weights: np.ndarray | None) -> tuple[pa.Array, np.ndarray | None]:
        """The innermost values that are present, each with its row's weight; counts them on the way."""
        nesting: list[Nesting] = []
        of_rows = weights
        for index, level in enumerate(self._levels):
            missing = values.null_count
            is_present = np.asarray(values.is_valid()) if missing and self._rows is not None else None
            values, weights, weight_missing = _without_nulls(values, weights)
            if not self._depth:
                level.add(missing, weight_missing, _ones(len(values), weights))
                continue
            lengths = np.asarray(pc.list_value_length(values), dtype=np.int64)
            values = plain(values.flatten())
            inner = None if weights is None else np.repeat(weights, lengths)
            if index == self._depth - 1 and values.null_count:
                is_valid = np.asarray(values.is_valid())
                owners = np.repeat(np.arange(lengths.size), lengths)
                lengths = np.bincount(owners[is_valid], minlength=lengths.size).astype(np.int64)
                values, inner, _ = _without_nulls(values, inner)
            level.add(missing, weight_missing, tally(lengths, None, weights))
            nesting.append(Nesting(is_present, lengths))
            of_rows = weights if not index else of_rows
            weights = inner
        if self._rows is not None:
            self._rows.add(0, 0, tally(row_lengths(nesting), None, of_rows))
        return values, weights

    def _halves(self) -> tuple[StatisticsType, TextState | None, BytesState | None]:
        """Texts and bytes, and which of them the feature is; what the schema calls images are bytes alone."""
        text = None if self._texts is None else self._texts.state()
        binary = None if self._bytes is None or text is None else self._bytes.state()
        if text is None or binary is None:
            return self._leaf.type, text, None
        return ("BYTES", None, binary) if self._is_image else (binary_type(text, binary), text, binary)

    def states(self) -> Iterator[FeatureState]:
        """What was taken in: this feature, then those inside of it."""
        kind, text, binary = self._halves()
        yield FeatureState(
            path=self.path,
            type=kind,
            levels=tuple(level.state() for level in self._levels),
            numeric=None if self._numbers is None else self._numbers.state(),
            text=text,
            bytes=binary,
            domain=self._leaf.domain,
            row_lengths=None if self._rows is None else self._rows.state().lengths,
        )
        for inner in self._fields:
            yield from inner.states()


def _as_bytes(values: pa.Array) -> pa.Array:
    """Texts as their bytes; binary values as they are."""
    kind = values.type.value_type if isinstance(values, pa.DictionaryArray) else values.type
    if pa.types.is_binary(kind):
        return values
    return (values.dictionary_decode() if isinstance(values, pa.DictionaryArray) else values).cast(pa.binary())


def _innermost(kind: pa.DataType) -> tuple[pa.DataType, int]:
    """The type inside of all lists, and how many they are."""
    depth = 0
    while True:
        if isinstance(kind, pa.BaseExtensionType) and kind.extension_name != "arrow.uuid":
            kind = kind.storage_type
        elif pa.types.is_dictionary(kind) or pa.types.is_run_end_encoded(kind):
            kind = kind.value_type
        elif pa.types.is_map(kind):
            kind, depth = pa.struct([kind.key_field, kind.item_field]), depth + 1
        elif _is_list(kind):
            kind, depth = kind.value_type, depth + 1
        else:
            return kind, depth


def _is_list(kind: pa.DataType) -> bool:
    types = pa.types
    is_view = types.is_list_view(kind) or types.is_large_list_view(kind)
    return bool(types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind) or is_view)


def _without_nulls(values: pa.Array, weights: np.ndarray | None) -> tuple[pa.Array, np.ndarray | None, int]:
    if not values.null_count:
        return values, weights, 0
    if weights is None:
        return values.drop_null(), None, 0
    is_valid = np.asarray(values.is_valid())
    return values.drop_null(), weights[is_valid], int(weights[~is_valid].sum())


def _ones(count: int, weights: np.ndarray | None) -> Tally:
    """Tally of the length 1 of each of some flat values."""
    if not count:
        none = np.empty(0, dtype=np.int64)
        return none, none, None if weights is None else none
    one = np.ones(1, dtype=np.int64)
    return one, np.array([count]), None if weights is None else np.array([weights.sum()])
