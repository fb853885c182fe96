"""Collects the state of a feature of texts from batches, in any order and from several threads."""

from __future__ import annotations

from threading import Lock

from penstock.ml.data.statistics.scan.budget import ValueBudget
from penstock.ml.data.statistics.scan.key_counter import LengthCounter
from penstock.ml.data.statistics.scan.text_batch import TextBatch
from penstock.ml.data.statistics.scan.value_collector import ValueCollector
from penstock.ml.data.statistics.state import TextState


class TextCollector:
    """Takes batches of texts, gives their `TextState`.

    Parameters
    ----------
    values : ValueCollector
    lengths : LengthCounter
    budget : ValueBudget
        Told when the first text comes.
    """

    def __init__(self, values: ValueCollector, lengths: LengthCounter, budget: ValueBudget) -> None:
        self._lock = Lock()
        self._values = values
        self._lengths = lengths
        self._budget = budget
        self._characters = 0
        self._invalid = 0
        self._has_values = False

    def add(self, batch: TextBatch) -> None:
        """Take in a batch."""
        if not batch.lengths[0].size:
            return
        thinned = self._values.thinned(batch.counted)
        with self._lock:
            if not self._has_values:
                self._budget.join()
            self._has_values = True
            self._lengths.take(batch.lengths)
            self._characters += batch.num_characters
            self._invalid += batch.num_invalid
            self._values.take(batch.counted, thinned)

    def state(self) -> TextState | None:
        """What was taken in; None without any text."""
        if not self._has_values:
            return None
        sample, short, cells = self._values.result()
        return TextState(sample, short, cells, self._lengths.histogram, self._characters, self._invalid)
