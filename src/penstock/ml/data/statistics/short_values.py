"""Exact counts of the shortest texts beside a sample of all: placeholders such as an empty text are short."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from penstock.ml.data.statistics.state import MAX_SHORT_VALUES, ShortValues, TextState, ValueSample
from penstock.ml.data.statistics.text_hash import LONG_BYTES
from penstock.ml.data.statistics.value_sample import grouped


def of_counts(
    values: pa.Array,
    counts: np.ndarray,
    weights: np.ndarray | None = None,
    *,
    max_bytes: int = LONG_BYTES,
    limit: int = MAX_SHORT_VALUES,
) -> ShortValues:
    """The short texts among those that were all counted.

    Parameters
    ----------
    values : pyarrow.StringArray, shape (n,)
        Every text of at most ``max_bytes`` bytes, in any order; a value may repeat, longer ones are left out.
    counts : ndarray of int64, shape (n,)
    weights : ndarray of int64, shape (n,), optional
    max_bytes : int
    limit : int
        Values at most.
    """
    distinct, sums, weight_sums = grouped(values, counts, weights)
    lengths = np.asarray(pc.binary_length(distinct), dtype=np.int64)
    within = np.sort(lengths[lengths <= max_bytes])
    # One value too many: all of its length have to go.
    longest = max_bytes if within.size <= limit else int(within[limit]) - 1
    kept = lengths <= longest
    return ShortValues(
        longest, distinct.filter(pa.array(kept)), sums[kept], None if weight_sums is None else weight_sums[kept]
    )


def merge_short(parts: Sequence[TextState], *, limit: int = MAX_SHORT_VALUES) -> ShortValues:
    """The short texts of a union whose sample is not exact.

    A part with an exact sample counts all its texts there. A part without tells its own longest length, and the
    union's is that at most: it has the texts of each part.

    Parameters
    ----------
    parts : sequence of TextState
    limit : int
    """
    sources: list[ShortValues | ValueSample] = [part.short or part.sample for part in parts]
    longest = min((part.max_bytes for part in sources if isinstance(part, ShortValues)), default=LONG_BYTES)
    filled = [part for part in sources if len(part.values)]
    weights = [part.weights for part in filled if part.weights is not None]
    return of_counts(
        pa.concat_arrays([part.values for part in filled]) if filled else pa.array([], pa.string()),
        np.concatenate([part.counts for part in filled]) if filled else np.empty(0, dtype=np.int64),
        np.concatenate(weights) if weights and len(weights) == len(filled) else None,
        max_bytes=longest,
        limit=limit,
    )
