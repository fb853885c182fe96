"""Collects whether the features that make up a sparse or weighted one are there together, and of one length."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from penstock.core.error import DataError
from penstock.ml.data.statistics.custom_state import JoinedPart, JoinState, Steps
from penstock.ml.data.statistics.merge_custom import extreme
from penstock.ml.data.statistics.scan.row_values import column_at, list_lengths


class JoinCollector:
    """Takes rows, gives the `JoinState` of a sparse or weighted feature.

    Parameters
    ----------
    path : tuple of str
    kind : str
        ``sparse`` or ``weighted``.
    value : tuple of str
    parts : tuple of paths
        Of index features, or of the weight feature. A feature that is not in the data is missing in every row.
    where : str
        For messages.
    """

    def __init__(self, path: Steps, kind: str, value: Steps, parts: tuple[Steps, ...], where: str) -> None:
        self.columns: tuple[str, ...] = tuple(dict.fromkeys(one[0] for one in (value, *parts)))
        self._where = where
        self._state = JoinState(path, kind, value, 0, tuple(JoinedPart(part, 0) for part in sorted(set(parts))))

    def add(self, table: pa.Table) -> None:
        """Take in rows; they count the same whatever they weigh, as in TFDV.

        Raises
        ------
        DataError
            If the features are in structs of different number.
        """
        columns = [column_at(table, path) for path in (self._state.value, *(one.path for one in self._state.parts))]
        sizes = {len(column) for column in columns if column is not None}
        if len(sizes) > 1:
            raise DataError(
                f"the features of '{'.'.join(self._state.path)}' are in structs that do not belong together",
                where=self._where,
                fix="let the schema join features of one struct",
            )
        if not sizes:
            return
        size = sizes.pop()
        is_there = [np.zeros(size, bool) if one is None else np.asarray(one.is_valid()) for one in columns]
        lengths = [np.zeros(size, np.int64) if one is None else list_lengths(one) for one in columns]
        is_any = np.logical_or.reduce(is_there)
        missing = [int((is_any & ~present).sum()) for present in is_there]
        ranges = [_range((length - lengths[0])[is_any]) for length in lengths[1:]]
        self._take(missing, ranges)

    def state(self) -> JoinState:
        """What was taken in."""
        return self._state

    def _take(self, missing: list[int], ranges: list[tuple[int | None, int | None]]) -> None:
        before = self._state
        parts = tuple(
            JoinedPart(
                part.path, part.num_missing + count, extreme(min, (part.least, low)), extreme(max, (part.most, high))
            )
            for part, count, (low, high) in zip(before.parts, missing[1:], ranges, strict=True)
        )
        self._state = JoinState(before.path, before.kind, before.value, before.num_missing + missing[0], parts)


def _range(numbers: np.ndarray) -> tuple[int | None, int | None]:
    return (int(numbers.min()), int(numbers.max())) if numbers.size else (None, None)
