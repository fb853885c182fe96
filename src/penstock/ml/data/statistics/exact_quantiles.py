"""Exact quantiles of numbers: a second pass over the rows that looks only where the histogram says they lie."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from penstock.core.error import DataError
from penstock.ml.data.json_file import write_json
from penstock.ml.data.statistics.float_key import keys_of, numbers_of
from penstock.ml.data.statistics.scan import leaf
from penstock.ml.data.statistics.state import DatasetState, PrefixHistogram

PARTS = 100
"""Parts of equal count between the quantiles: they are percentiles."""

FILE_NAME = "quantiles.json"
"""The file of a Statistics artifact that has them."""

_MERGE_SIZE = 1 << 20


class RankFinder:
    """Finds the numbers at given ranks of a column.

    Parameters
    ----------
    histogram : PrefixHistogram
        Of the column's finite numbers, at least one.
    parts : int
        Ranks are ``k * count // parts``, the last one the largest number: as `distribution.quantiles` has them.
    """

    def __init__(self, histogram: PrefixHistogram, parts: int = PARTS) -> None:
        self._histogram = histogram
        ends = np.cumsum(histogram.counts)
        count = int(ends[-1])
        self._ranks = np.array([min(rank * count // parts, count - 1) for rank in range(parts + 1)])
        self._places = np.searchsorted(ends, self._ranks, side="right")
        self._starts = ends - histogram.counts
        self._bins = histogram.bins[np.unique(self._places)]
        self._keys: list[np.ndarray] = []
        self._counts: list[np.ndarray] = []
        self._waiting = 0

    def add(self, numbers: np.ndarray) -> None:
        """Take in finite numbers; those where no rank lies are dropped."""
        keys = keys_of(numbers)
        bins = keys >> np.int64(self._histogram.shift)
        found = np.minimum(np.searchsorted(self._bins, bins), self._bins.size - 1)
        self._take(*np.unique(keys[self._bins[found] == bins], return_counts=True))
        if self._waiting > _MERGE_SIZE:
            self._merge()

    def quantiles(self, where: str) -> tuple[float, ...]:
        """The numbers at the ranks.

        Raises
        ------
        DataError
            If the numbers are not those of the histogram.
        """
        self._merge()
        keys, counts = self._keys[0], self._counts[0]
        bins = keys >> np.int64(self._histogram.shift)
        firsts = np.searchsorted(bins, self._histogram.bins[self._places])
        ends = np.cumsum(counts)
        if not self._is_same(bins, counts):
            raise DataError(
                "the rows changed between two readings", where=where, fix="compute the statistics once nothing writes"
            )
        before = np.where(firsts > 0, ends[firsts - 1], 0)
        inside = before + self._ranks - self._starts[self._places]
        return tuple(numbers_of(keys[np.searchsorted(ends, inside, side="right")]).tolist())

    def _is_same(self, bins: np.ndarray, counts: np.ndarray) -> bool:
        found = np.zeros(self._bins.size, dtype=np.int64)
        np.add.at(found, np.searchsorted(self._bins, bins), counts)
        places = np.searchsorted(self._histogram.bins, self._bins)
        return bool(np.array_equal(found, self._histogram.counts[places]))

    def _take(self, keys: np.ndarray, counts: np.ndarray) -> None:
        self._keys.append(keys)
        self._counts.append(counts)
        self._waiting += keys.size

    def _merge(self) -> None:
        if len(self._keys) == 1:
            return
        keys = np.concatenate([np.empty(0, dtype=np.int64), *self._keys])
        counts = np.concatenate([np.empty(0, dtype=np.int64), *self._counts])
        distinct, place = np.unique(keys, return_inverse=True)
        sums = np.zeros(distinct.size, dtype=np.int64)
        np.add.at(sums, place, counts)
        self._keys, self._counts, self._waiting = [distinct], [sums], 0


def check_readable_again(data: Any) -> None:
    """Refuse a stream, which can be read only once.

    Raises
    ------
    DataError
        If it is one.
    """
    if isinstance(data, pa.RecordBatchReader):
        raise DataError(
            "exact quantiles need two readings, and a stream of record batches has but one",
            where="exact_quantiles",
            fix="give a Dataset, a Source or a table",
        )


class QuantileReader:
    """Finds percentiles of the finite numbers of each feature.

    Parameters
    ----------
    state : DatasetState
        Of the same rows.
    where : str
        For messages.
    """

    def __init__(self, state: DatasetState, where: str) -> None:
        self._where = where
        self._finders = {
            path: RankFinder(feature.numeric.histogram)
            for path, feature in state.features.items()
            if feature.numeric is not None and feature.numeric.histogram.bins.size
        }
        self.columns = sorted({path[0] for path in self._finders})

    def add(self, table: pa.Table) -> None:
        """Take in some rows."""
        for path, finder in self._finders.items():
            for chunk in table.column(path[0]).chunks:
                finder.add(_numbers(chunk, path[1:]))

    def result(self, whole: DatasetState) -> DatasetState:
        """The state as it is: quantiles are no part of it."""
        return whole

    def quantiles(self) -> dict[str, tuple[float, ...]]:
        """What was found.

        Returns
        -------
        dict of str to tuple of float, each of shape (101,)
            By the feature's name; from the smallest number to the largest, integers as float64.

        Raises
        ------
        DataError
            If the rows are not those of the state.
        """
        return {
            ".".join(path): finder.quantiles(f"{self._where}, column '{path[0]}'")
            for path, finder in self._finders.items()
        }


def write_quantiles(quantiles: Mapping[str, tuple[float, ...]], path: Path, digest: str) -> None:
    """Write them as canonical JSON, with the digest of the statistics that they belong to.

    Raises
    ------
    DataError
        If the file cannot be written.
    """
    kept = {"parts": PARTS, "quantiles": dict(quantiles), "statistics": digest}
    write_json(path, kept, "the exact quantiles")


def read_quantiles(path: Path, digest: str) -> dict[str, tuple[float, ...]]:
    """What `write_quantiles` wrote; nothing where it belongs to other statistics.

    Raises
    ------
    DataError
        If it is something else.
    """
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=_Kept)
    except (OSError, msgspec.DecodeError) as error:
        raise DataError(
            f"the exact quantiles cannot be read: {error}", where=str(path), fix="compute the statistics again"
        ) from error
    return kept.quantiles if kept.statistics == digest else {}


class _Kept(msgspec.Struct):
    parts: int
    quantiles: dict[str, tuple[float, ...]]
    statistics: str


def _numbers(values: pa.Array, path: tuple[str, ...]) -> np.ndarray:
    """The innermost finite numbers of a column, down the path of a struct's fields."""
    values = leaf.plain(values)
    while pa.types.is_list(values.type) or pa.types.is_large_list(values.type) or _is_fixed(values.type):
        values = leaf.plain(pc.list_flatten(values))
    if path:
        return _numbers(pc.struct_field(values, path[0]), path[1:])
    return np.asarray(leaf.numbers_of(values.drop_null(), None).finite)


def _is_fixed(kind: pa.DataType) -> bool:
    return bool(pa.types.is_fixed_size_list(kind))
