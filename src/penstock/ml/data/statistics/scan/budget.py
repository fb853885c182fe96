"""How many values the features of a data set may keep, as it becomes known how many of them have any."""

from __future__ import annotations

from threading import Lock

from penstock.ml.data.statistics.value_sample import value_limit


class ValueBudget:
    """Shared by the features of one data set that keep texts.

    The limit falls as features turn out to have values; the last one is that of `value_limit`, so none before it was
    too small.

    Parameters
    ----------
    most : int, optional
        The limit where it is lower; for tests.
    """

    def __init__(self, most: int | None = None) -> None:
        self._most = most
        self._count = 0
        self._lock = Lock()

    def join(self) -> None:
        """One more feature has a value."""
        with self._lock:
            self._count += 1

    @property
    def limit(self) -> int:
        """Values of each feature at most, as far as is known."""
        limit = value_limit(self._count)
        return limit if self._most is None else min(limit, self._most)
