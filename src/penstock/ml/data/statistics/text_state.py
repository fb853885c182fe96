"""What is kept of texts: made from exact counts, merged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from penstock.ml.data.statistics import short_values
from penstock.ml.data.statistics.prefix_histogram import merge_lengths, of_lengths
from penstock.ml.data.statistics.state import MAX_SHORT_VALUES, MAX_VALUES, TextState, ValueSample
from penstock.ml.data.statistics.value_sample import cells_of, fitted, merge_samples
from penstock.ml.data.statistics.value_sample import of_counts as sample_of_counts

_UNLIMITED = 1 << 62


def of_counts(
    values: pa.Array,
    counts: np.ndarray,
    weights: np.ndarray | None = None,
    *,
    limit: int = MAX_VALUES,
    short_limit: int = MAX_SHORT_VALUES,
) -> TextState:
    """The state of texts of at most 1024 bytes that were all counted.

    Parameters
    ----------
    values : pyarrow.StringArray, shape (n,)
        In any order; a value may repeat.
    counts : ndarray of int64, shape (n,)
    weights : ndarray of int64, shape (n,), optional
        In weight units.
    limit, short_limit : int
        Values of the sample, and among the shortest, at most.
    """
    sample = sample_of_counts(values, counts, weights, limit=_UNLIMITED)
    lengths = of_lengths(np.asarray(pc.binary_length(sample.values), dtype=np.int64), sample.counts, sample.weights)
    characters = np.asarray(pc.utf8_length(sample.values), dtype=np.int64)
    whole = TextState(sample, None, None, lengths, int((characters * sample.counts).sum()))
    return _fitted(whole, limit, short_limit)


def merge_texts(
    parts: Sequence[TextState], *, limit: int = MAX_VALUES, short_limit: int = MAX_SHORT_VALUES
) -> TextState:
    """The state of all texts of the parts.

    Parameters
    ----------
    parts : sequence of TextState
        At least one.
    limit, short_limit : int
        As in `of_counts`; never above those of a part.

    Raises
    ------
    DataError
        If a part's sample was made with another hash function.
    """
    sample = merge_samples([part.sample for part in parts], limit=_UNLIMITED)
    is_exact = sample.level == 0
    whole = TextState(
        sample=sample,
        short=None if is_exact else short_values.merge_short(parts, limit=short_limit),
        cells=None if is_exact else np.sum([_cells(part) for part in parts], axis=0),
        lengths=merge_lengths([part.lengths for part in parts]),
        total_characters=sum(part.total_characters for part in parts),
        num_invalid_utf8=sum(part.num_invalid_utf8 for part in parts),
    )
    return _fitted(whole, limit, short_limit)


def _fitted(state: TextState, limit: int, short_limit: int) -> TextState:
    """The same with the sample within its limit; what a thinned sample loses is derived first."""
    sample: ValueSample = fitted(state.sample, limit=limit)
    if sample.level == 0 or state.short is not None:
        return replace(state, sample=sample)
    whole = state.sample
    short = short_values.of_counts(whole.values, whole.counts, whole.weights, limit=short_limit)
    return replace(state, sample=sample, short=short, cells=_cells(state))


def _cells(state: TextState) -> np.ndarray:
    return cells_of(state.sample.values, state.sample.counts) if state.cells is None else state.cells
