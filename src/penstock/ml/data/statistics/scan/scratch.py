"""Arrays that are used again and again: fresh ones of this size cost more for their pages than for their numbers."""

from __future__ import annotations

from threading import local
from typing import Any

import numpy as np

_LEAST = 1 << 15


class Scratch(local):
    """Arrays of the thread that asks; what was in them is lost."""

    def __init__(self) -> None:
        self._arrays: dict[tuple[str, int], np.ndarray] = {}

    def array(self, name: str, size: int, dtype: Any = np.float64, *, index: int = 0) -> np.ndarray:
        """An array of arbitrary content, shape (size,); the same memory for the same name and index."""
        found = self._arrays.get((name, index))
        if found is None or found.size < size or found.dtype != dtype:
            found = self._arrays[name, index] = np.empty(max(size, _LEAST), dtype=dtype)
        return found[:size]

    def copy(self, name: str, values: Any, dtype: Any = np.float64) -> np.ndarray:
        """The values in an array of another type."""
        given = np.asarray(values)
        found = self.array(name, given.size, dtype).reshape(given.shape)
        np.copyto(found, given, casting="unsafe")
        return found


SCRATCH = Scratch()
