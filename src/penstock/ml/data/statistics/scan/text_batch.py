"""A batch of texts as it is counted: valid UTF-8, long ones in short form, with lengths of the originals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from penstock.ml.data.statistics.scan.cursor import Cursors
from penstock.ml.data.statistics.scan.scratch import SCRATCH
from penstock.ml.data.statistics.scan.tally import Tally, place_sums, tally
from penstock.ml.data.statistics.scan.value_collector import Counted
from penstock.ml.data.statistics.text_hash import LONG_BYTES, long_text_sql

_CONTINUATION = -64
"""As signed integers, the bytes of UTF-8 that do not begin a character are those below."""


@dataclass(frozen=True, slots=True)
class TextBatch:
    """Texts of a batch.

    Parameters
    ----------
    counted : Counted
        Those that are UTF-8, in at most `LONG_BYTES` bytes each.
    lengths : Tally
        Of the originals in bytes, with those that are not UTF-8.
    num_characters, num_invalid : int
    """

    counted: Counted
    lengths: Tally
    num_characters: int = 0
    num_invalid: int = 0


def text_batch(values: pa.Array, weights: np.ndarray | None, cursors: Cursors) -> TextBatch:
    """What is counted of texts.

    Parameters
    ----------
    values : pyarrow.Array of text, binary, or a dictionary of either, shape (n,)
        Without nulls.
    weights : ndarray of int64, shape (n,), optional
    cursors : Cursors
        For the short form of long texts.
    """
    values, counts, weights = distinct_if_coded(values, weights)
    # Texts are checked too: Arrow's readers of Parquet do not.
    originals = values.cast(pa.binary())
    lengths = np.asarray(pc.binary_length(originals), dtype=np.int64)
    sizes = tally(lengths, counts, weights)
    texts, is_valid = _texts(originals)
    num_invalid = 0
    if is_valid is not None:
        num_invalid = int((~is_valid).sum() if counts is None else counts[~is_valid].sum())
        lengths = lengths[is_valid]
        counts = None if counts is None else counts[is_valid]
        weights = None if weights is None else weights[is_valid]
    characters = _characters(texts, counts)
    is_long = lengths > LONG_BYTES
    if is_long.any():
        texts = _shortened(texts, is_long, cursors)
    return TextBatch(Counted(texts, counts, weights), sizes, characters, num_invalid)


def distinct_if_coded(
    values: pa.Array, weights: np.ndarray | None
) -> tuple[pa.Array, np.ndarray | None, np.ndarray | None]:
    """Of a dictionary each value that occurs, how often, and its weight; other values as they are."""
    if not isinstance(values, pa.DictionaryArray):
        return values, None, weights
    places = SCRATCH.copy("places", values.indices, np.int64)
    counts = place_sums(places, size=len(values.dictionary))
    kept = np.flatnonzero(counts)
    chosen = values.dictionary if kept.size == counts.size else values.dictionary.take(pa.array(kept))
    weighed = None if weights is None else place_sums(places, weights, len(counts))[kept]
    return chosen, counts[kept], weighed


def _texts(originals: pa.Array) -> tuple[pa.Array, np.ndarray | None]:
    """The valid ones as text, and which they are where not all."""
    try:
        return originals.cast(pa.string()), None
    except pa.ArrowInvalid:
        is_valid = np.array([_is_text(value) for value in originals.to_pylist()], dtype=bool)
        return originals.filter(pa.array(is_valid)).cast(pa.string()), is_valid


def _is_text(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


def _characters(texts: pa.Array, counts: np.ndarray | None) -> int:
    if not len(texts):
        return 0
    if counts is not None:
        return int(np.asarray(pc.utf8_length(texts), dtype=np.int64) @ counts)
    _, offsets, data = texts.buffers()
    bounds = np.frombuffer(offsets, dtype=np.int32)
    first, last = int(bounds[texts.offset]), int(bounds[texts.offset + len(texts)])
    if first == last:
        return 0
    inside = np.frombuffer(data, dtype=np.int8)[first:last]
    return inside.size - int(np.count_nonzero(inside < _CONTINUATION))


def _shortened(texts: pa.Array, is_long: np.ndarray, cursors: Cursors) -> pa.Array:
    mask = pa.array(is_long)
    query = f"SELECT {long_text_sql('value')} AS value FROM given"
    short = cursors.answer(query, pa.table({"value": texts.filter(mask)})).column(0).combine_chunks()
    return pc.replace_with_mask(texts, mask, short.cast(pa.string()))
