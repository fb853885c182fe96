"""Arrays of integers and texts as bytes: one after the other, each as narrow as its numbers allow."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_WIDTHS = (1, 2, 4, 8)


class Packer:
    """Collects arrays; each gets a description that `Unpacker` reads it back by, in the same order."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []

    def add_integers(self, numbers: np.ndarray) -> dict[str, Any]:
        """Append whole numbers of 64 bits, less their smallest; ascending ones as differences."""
        is_ascending = bool(numbers.size > 1 and np.all(numbers[1:] > numbers[:-1]))
        offset = int(numbers[0] if is_ascending else numbers.min()) if numbers.size else 0
        # Unsigned arithmetic wraps, and wraps back on reading.
        unsigned = numbers.astype(np.int64).view(np.uint64)
        stored = np.diff(unsigned) if is_ascending else unsigned - np.int64(offset).view(np.uint64)
        largest = int(stored.max()) if stored.size else 0
        width = next(width for width in _WIDTHS if largest < 1 << (8 * width))
        self._chunks.append(stored.astype(f"<u{width}").tobytes())
        return {"size": int(numbers.size), "width": width, "offset": offset, "ascending": is_ascending}

    def add_texts(self, values: pa.Array) -> dict[str, Any]:
        """Append texts without nulls: their lengths in bytes, then their bytes."""
        plain = values.cast(pa.string())
        lengths = np.asarray(pc.binary_length(plain), dtype=np.int64)
        description = self.add_integers(lengths)
        if len(plain):
            offsets = np.frombuffer(plain.buffers()[1], dtype=np.int32)[plain.offset : plain.offset + len(plain) + 1]
            data = plain.buffers()[2]
            self._chunks.append(data[int(offsets[0]) : int(offsets[-1])].to_pybytes() if data is not None else b"")
        return {"lengths": description, "bytes": int(lengths.sum())}

    def joined(self) -> bytes:
        """All arrays."""
        return b"".join(self._chunks)


class Unpacker:
    """Reads back what `Packer` wrote.

    Parameters
    ----------
    data : bytes
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    def integers(self, description: dict[str, Any]) -> np.ndarray:
        """The next array of whole numbers.

        Raises
        ------
        KeyError, TypeError, ValueError, OverflowError
            If the description or the bytes are none of `Packer`.
        """
        size, width, offset = int(description["size"]), int(description["width"]), int(description["offset"])
        is_ascending = bool(description["ascending"])
        if width not in _WIDTHS or size < 0 or (is_ascending and size < 2):
            raise ValueError("an array's description is wrong")
        stored = np.frombuffer(self._take(width * (size - is_ascending)), dtype=f"<u{width}").astype(np.uint64)
        start = np.array([offset], dtype=np.int64).view(np.uint64)
        unsigned = np.cumsum(np.concatenate((start, stored)), dtype=np.uint64) if is_ascending else stored + start
        return unsigned.view(np.int64)

    def texts(self, description: dict[str, Any]) -> pa.Array:
        """The next array of texts.

        Raises
        ------
        KeyError, TypeError, ValueError, OverflowError
            As `integers`, or if the bytes are no UTF-8.
        """
        lengths = self.integers(description["lengths"])
        data = self._take(int(description["bytes"]))
        if (lengths < 0).any() or int(lengths.sum()) != len(data):
            raise ValueError("the lengths of texts do not fit their bytes")
        offsets = np.concatenate((np.zeros(1, dtype=np.int32), np.cumsum(lengths).astype(np.int32)))
        values = pa.StringArray.from_buffers(len(lengths), pa.py_buffer(offsets.tobytes()), pa.py_buffer(data))
        values.validate(full=True)
        return values

    def finish(self) -> None:
        """Check that nothing is left.

        Raises
        ------
        ValueError
            If something is.
        """
        if self._place != len(self._data):
            raise ValueError(f"{len(self._data) - self._place} bytes too many")

    def _take(self, size: int) -> bytes:
        chunk = self._data[self._place : self._place + size]
        if size < 0 or len(chunk) != size:
            raise ValueError("bytes are missing")
        self._place += size
        return chunk
