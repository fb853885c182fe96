"""A quick hash of many texts, to draw the same ones from two lists.

`statistics.text_hash` is DuckDB's hash, which the kept samples are made with: it needs DuckDB, and the same version
of it. Saved statistics are compared without a database and with those of any version, so the drawing has its own.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

_WORD = 8
_PART = 1 << 13
_FACTOR = np.uint64(0x9E37_79B9_7F4A_7C15)
"""2 ** 64 divided by the golden ratio: spreads neighbouring numbers evenly (Knuth, TAOCP 3, section 6.4)."""

_KEPT = np.array([(1 << (8 * count)) - 1 for count in range(_WORD + 1)], dtype=np.uint64)


def mixed(values: pa.Array) -> np.ndarray:
    """A number for each text that depends on all its bytes.

    Parameters
    ----------
    values : pyarrow.StringArray, shape (n,)
        Without nulls.

    Returns
    -------
    ndarray of uint64, shape (n,)
        The same text gives the same number in every list and on every machine.
    """
    size = len(values)
    if not size:
        return np.empty(0, dtype=np.uint64)
    _, offsets, data = values.cast(pa.string()).buffers()
    ends = np.frombuffer(offsets, dtype=np.int32)[values.offset : values.offset + size + 1].astype(np.int64)
    content = np.frombuffer(data, dtype=np.uint8) if data is not None else np.empty(0, dtype=np.uint8)
    padded = np.concatenate((content, np.zeros(_WORD, dtype=np.uint8)))
    # Eight bytes from every place, in the order of the least first on any machine.
    words = np.ndarray((padded.size - _WORD + 1,), dtype="<u8", buffer=padded.data, strides=(1,))
    # In parts, whose arrays stay in the processor's cache.
    parts = [_mixed(words, ends[start : start + _PART + 1]) for start in range(0, size, _PART)]
    return np.concatenate(parts)


def _mixed(words: np.ndarray, ends: np.ndarray) -> np.ndarray:
    starts, lengths = ends[:-1], np.diff(ends)
    mix = _stirred(lengths.astype(np.uint64) + np.uint64(1))
    for begin in range(0, int(lengths.max()), _WORD):
        left = np.clip(lengths - begin, 0, _WORD)
        if left.all():
            mix = _stirred(mix ^ (words[starts + begin] & _KEPT[left]))
            continue
        longer = np.flatnonzero(left)
        word = words[starts[longer] + begin] & _KEPT[left[longer]]
        mix[longer] = _stirred(mix[longer] ^ word)
    return mix


def _stirred(numbers: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):
        product = numbers * _FACTOR
        product ^= product >> np.uint64(32)
        product *= _FACTOR
    return product ^ (product >> np.uint64(29))
