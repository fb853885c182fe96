"""Collects the state of a feature of binary values from batches, in any order and from several threads."""

from __future__ import annotations

from collections import Counter
from threading import Lock

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from penstock.ml.data.statistics.scan.cursor import Cursors
from penstock.ml.data.statistics.scan.key_counter import LengthCounter
from penstock.ml.data.statistics.scan.tally import tally
from penstock.ml.data.statistics.scan.text_batch import distinct_if_coded
from penstock.ml.data.statistics.scan.value_collector import Counted, ValueCollector
from penstock.ml.data.statistics.state import BytesState

UNKNOWN = "UNKNOWN"
"""Format of what is no image, as TFDV calls it."""

_BEGINNINGS = {
    b"\xff\xd8\xff": "jpeg",
    b"\x89PNG\r\n\x1a\n": "png",
    b"GIF87a": "gif",
    b"GIF89a": "gif",
    b"BM": "bmp",
    b"II*\x00": "tiff",
    b"MM\x00*": "tiff",
}


class BytesCollector:
    """Takes batches of binary values, gives their `BytesState`.

    Parameters
    ----------
    values : ValueCollector
        Of the values' digests.
    sizes : LengthCounter
    cursors : Cursors
    """

    def __init__(self, values: ValueCollector, sizes: LengthCounter, cursors: Cursors) -> None:
        self._lock = Lock()
        self._values = values
        self._sizes = sizes
        self._cursors = cursors
        self._formats: Counter[str] = Counter()

    def add(self, values: pa.Array, weights: np.ndarray | None) -> None:
        """Take in a batch of binary values without nulls, perhaps in a dictionary."""
        values, counts, weights = distinct_if_coded(values, weights)
        if not len(values):
            return
        sizes = tally(np.asarray(pc.binary_length(values), dtype=np.int64), counts, weights)
        formats = _formats(values, np.ones(len(values), dtype=np.int64) if counts is None else counts)
        answer = self._cursors.answer("SELECT md5(value) AS value FROM given", pa.table({"value": values}))
        digests = Counted(answer.column(0).combine_chunks().cast(pa.string()), counts, weights)
        thinned = self._values.thinned(digests)
        with self._lock:
            self._sizes.take(sizes)
            self._formats.update(formats)
            self._values.take(digests, thinned)

    def state(self) -> BytesState:
        """What was taken in."""
        sample, _, _ = self._values.result()
        return BytesState(sample, self._sizes.histogram, dict(sorted(self._formats.items())))


def _formats(values: pa.Array, counts: np.ndarray) -> Counter[str]:
    """How many values begin as images do, by format."""
    found: Counter[str] = Counter()
    is_webp = pc.and_(
        pc.starts_with(values, pattern=b"RIFF"), pc.equal(pc.binary_slice(values, 8, 12), pa.scalar(b"WEBP"))
    )
    found["webp"] = int(counts[np.asarray(is_webp)].sum())
    for beginning, name in _BEGINNINGS.items():
        found[name] += int(counts[np.asarray(pc.starts_with(values, pattern=beginning))].sum())
    found[UNKNOWN] = int(counts.sum()) - found.total()
    return +found
