"""Collects counts of texts from batches: of all while they are few, else of those that their hash picks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from penstock.ml.data.statistics.scan.budget import ValueBudget
from penstock.ml.data.statistics.scan.cursor import Cursors
from penstock.ml.data.statistics.scan.scratch import SCRATCH
from penstock.ml.data.statistics.scan.tally import place_sums
from penstock.ml.data.statistics.state import CELLS, MAX_SHORT_VALUES, ShortValues, ValueSample
from penstock.ml.data.statistics.text_hash import LONG_BYTES, hashes_of, probe
from penstock.ml.data.statistics.value_sample import fitted, grouped, merge_samples

_FEW = 20_000
"""From so many texts on DuckDB groups faster than Arrow."""

_GROWTH = 8
_LEAST_ROWS = 1024
_MOST_ROWS = 1 << 20


@dataclass(frozen=True, slots=True)
class Counted:
    """Texts with their counts (1 each where None) and weights; a text may repeat."""

    values: pa.Array
    counts: np.ndarray | None = None
    weights: np.ndarray | None = None

    def chosen(self, mask: np.ndarray) -> Counted:
        """Those that a mask marks."""
        return Counted(
            self.values.filter(pa.array(mask)),
            None if self.counts is None else self.counts[mask],
            None if self.weights is None else self.weights[mask],
        )

    def all_counts(self) -> np.ndarray:
        """Counts, where there are none ones."""
        return np.ones(len(self.values), dtype=np.int64) if self.counts is None else self.counts


@dataclass(frozen=True, slots=True)
class Thinned:
    """What is kept of a batch once not all texts are: a sample of them, the short ones, and rows by cell."""

    kept: Counted
    short: Counted
    cells: np.ndarray


class ValueCollector:
    """Counts of texts; not for several threads at once, save `thinned`.

    Parameters
    ----------
    budget : ValueBudget
    cursors : Cursors
    is_weighted : bool
    short_limit : int
        Values among the shortest.
    """

    def __init__(
        self, budget: ValueBudget, cursors: Cursors, *, is_weighted: bool = False, short_limit: int = MAX_SHORT_VALUES
    ) -> None:
        self._budget = budget
        self._cursors = cursors
        cursors.enlist()
        none = np.empty(0, dtype=np.int64)
        self._empty = Counted(pa.array([], pa.string()), none, none if is_weighted else None)
        self._pending: list[Counted] = []
        self._distinct = self._empty
        self._short: list[Counted] = []
        self._short_limit = short_limit
        self._longest = LONG_BYTES
        self._cells: np.ndarray | None = None
        self.level = 0

    def thinned(self, batch: Counted) -> Thinned | None:
        """What to keep of a batch; None while all is kept."""
        level, longest = self.level, self._longest
        if not level:
            return None
        hashes = hashes_of(batch.values)
        cells = place_sums(_cells_of(hashes), batch.counts, CELLS)
        is_short = np.asarray(pc.binary_length(batch.values)) <= longest
        return Thinned(batch.chosen(hashes >> np.uint64(64 - level) == 0), batch.chosen(is_short), cells)

    def take(self, batch: Counted, thinned: Thinned | None) -> None:
        """Take in a batch, and what `thinned` gave for it."""
        if self.level and thinned is None:
            thinned = self.thinned(batch)
        if thinned is not None and self._cells is not None:
            self._cells += thinned.cells
            self._short.append(thinned.short)
            if _rows(self._short) > _GROWTH * self._short_limit + _LEAST_ROWS:
                self._short = [self._shortest()]
        self._pending.append(batch if thinned is None else thinned.kept)
        if self._is_full():
            self._compact()

    def result(self) -> tuple[ValueSample, ShortValues | None, np.ndarray | None]:
        """The sample of all texts so far; with a level above 0 also the short ones, and rows by cell."""
        self._compact()
        sample = merge_samples([self._sample()], limit=self._budget.limit)
        if self._cells is None:
            return sample, None, None
        shortest = self._shortest()
        return sample, ShortValues(self._longest, *grouped(*_columns([shortest]))), self._cells

    def _is_full(self) -> bool:
        limit = self._budget.limit
        # Where all texts are kept, grouping again is worth it only after many rows; a sample must not grow meanwhile.
        most = limit if self.level else max(limit + limit // 2, _GROWTH * len(self._distinct.values))
        if _rows(self._pending) > min(most, _MOST_ROWS):
            return True
        # Grouping takes as long as what is grouped is large, so at least half of that is waited for.
        most_bytes = max(self._cursors.buffer_bytes, self._distinct.values.nbytes // 2)
        return bool(sum(part.values.nbytes for part in self._pending) > most_bytes)

    def _compact(self) -> None:
        """Each text once, and not more than the limit."""
        if not self._pending and len(self._distinct.values) <= self._budget.limit:
            return
        parts = [part for part in (self._distinct, *self._pending) if len(part.values)]
        self._pending = []
        self._distinct = self._grouped(self._within_level(parts) if self.level else parts)
        if len(self._distinct.values) <= self._budget.limit:
            return
        if self._cells is None:
            hashes = hashes_of(self._distinct.values)
            self._cells = place_sums(_cells_of(hashes), self._distinct.counts, CELLS)
            self._short = [self._shortest_of(self._distinct)]
        sample = fitted(self._sample(), limit=self._budget.limit)
        self._distinct = Counted(sample.values, sample.counts, sample.weights)
        self.level = sample.level

    def _sample(self) -> ValueSample:
        return ValueSample(self.level, *_columns([self._distinct]), probe() if self.level else None)

    def _within_level(self, parts: Sequence[Counted]) -> list[Counted]:
        """Batches without what the sample will not keep: they were thinned at the level of their time at most."""
        hashes = [hashes_of(part.values) for part in parts]
        distinct = _distinct(np.concatenate(hashes)) if hashes else np.empty(0, dtype=np.uint64)
        limit = self._budget.limit
        if distinct.size > limit:
            # There are at least as many texts as hashes: the level that these need is not above that of the texts.
            self.level = max(self.level, 65 - int(distinct[limit]).bit_length())
        within = np.uint64(64 - self.level)
        return [part.chosen(each >> within == 0) for part, each in zip(parts, hashes, strict=True)]

    def _shortest(self) -> Counted:
        return self._shortest_of(self._grouped(self._short))

    def _shortest_of(self, distinct: Counted) -> Counted:
        """The short texts among distinct ones, as long as fit; shortens the longest length."""
        lengths = np.asarray(pc.binary_length(distinct.values))
        within = lengths[lengths <= self._longest]
        if within.size > self._short_limit:
            # One value too many: all of its length have to go.
            self._longest = int(np.partition(within, self._short_limit)[self._short_limit]) - 1
        return distinct.chosen(lengths <= self._longest)

    def _grouped(self, parts: Sequence[Counted]) -> Counted:
        filled = [part for part in parts if len(part.values)]
        if not filled:
            return self._empty
        if _rows(filled) < _FEW:
            return Counted(*grouped(*_columns(filled)))
        is_weighted = filled[0].weights is not None
        names = ["value", "count", "weight"] if is_weighted else ["value", "count"]
        batches = [pa.record_batch(_arrays(part), names=names) for part in filled]
        sums = ", ".join(f"sum({name})::BIGINT AS {name}" for name in names[1:])
        found = self._cursors.answer(
            f"SELECT value, {sums} FROM given GROUP BY value", pa.Table.from_batches(batches)
        ).combine_chunks()
        columns = [found.column(name).combine_chunks() for name in names]
        return Counted(columns[0], *(column.to_numpy() for column in columns[1:]))


def _cells_of(hashes: np.ndarray) -> np.ndarray:
    places = SCRATCH.array("cells", hashes.size, np.int64)
    np.bitwise_and(hashes.view(np.int64), CELLS - 1, out=places)
    return places


def _distinct(hashes: np.ndarray) -> np.ndarray:
    """As `numpy.unique`, by sorting, which is faster than its own way."""
    ordered = np.sort(hashes)
    return ordered[np.concatenate(([True], ordered[1:] != ordered[:-1]))]


def _rows(parts: Sequence[Counted]) -> int:
    return sum(len(part.values) for part in parts)


def _arrays(part: Counted) -> list[pa.Array]:
    arrays = [part.values, pa.array(part.all_counts())]
    return arrays if part.weights is None else [*arrays, pa.array(part.weights)]


def _columns(parts: Sequence[Counted]) -> tuple[pa.Array, np.ndarray, np.ndarray | None]:
    weights = [part.weights for part in parts if part.weights is not None]
    return (
        pa.concat_arrays([part.values for part in parts]),
        np.concatenate([part.all_counts() for part in parts]),
        np.concatenate(weights) if len(weights) == len(parts) else None,
    )
