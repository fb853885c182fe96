"""Image formats by their first bytes: those that TFDV knows."""

from __future__ import annotations

from collections import Counter
from threading import Lock

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from penstock.ml.data.statistics.row_state import FormatState, Steps
from penstock.ml.data.statistics.scan.row_values import column_at, row_values

UNKNOWN = "UNKNOWN"
"""Label of what is no image of a known format."""

_SIGNATURES = {"bmp": b"BM", "gif": b"GIF8", "jpeg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n"}


def count_formats(values: pa.Array) -> dict[str, int]:
    """How many values begin as an image of each format.

    Parameters
    ----------
    values : pyarrow.Array of texts or bytes
        Without nulls.
    """
    if isinstance(values, pa.DictionaryArray):
        values = values.dictionary_decode()
    originals = values.cast(pa.binary())
    found = {name: _number(pc.starts_with(originals, pattern=start)) for name, start in _SIGNATURES.items()}
    found[UNKNOWN] = len(values) - sum(found.values())
    return {name: count for name, count in sorted(found.items()) if count}


class FormatCollector:
    """Takes rows, gives the `FormatState` of a column of texts or bytes.

    Parameters
    ----------
    path : tuple of str
    """

    def __init__(self, path: Steps) -> None:
        self.columns: tuple[str, ...] = (path[0],)
        self._path = path
        self._lock = Lock()
        self._formats: Counter[str] = Counter()

    def add(self, table: pa.Table, weights: np.ndarray | None) -> None:
        """Take in rows; they count the same whatever they weigh."""
        column = column_at(table, self._path)
        if column is None:
            return
        found = count_formats(row_values(column).values)
        with self._lock:
            self._formats.update(found)

    def state(self) -> FormatState:
        """What was taken in."""
        return FormatState(self._path, dict(sorted(self._formats.items())))


def _number(mask: pa.Array) -> int:
    return int(pc.sum(mask, min_count=0).as_py())
