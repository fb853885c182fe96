"""Collects the state of a data set, or of one slice of it."""

from __future__ import annotations

from concurrent.futures import Executor
from threading import Lock

import numpy as np
import pyarrow as pa

from penstock.core.error import DataError
from penstock.ml.data.statistics.scan.budget import ValueBudget
from penstock.ml.data.statistics.scan.cursor import Cursors
from penstock.ml.data.statistics.scan.feature_collector import FeatureCollector, Limits, Setting
from penstock.ml.data.statistics.scan.row_weight import check_weight_sum
from penstock.ml.data.statistics.state import DatasetState


class DatasetCollector:
    """Takes columns of some rows, gives the `DatasetState`.

    Parameters
    ----------
    name : str
        Empty for all rows.
    schema : pyarrow.Schema
    cursors : Cursors
    limits : Limits
    is_weighted : bool
    """

    def __init__(
        self, name: str, schema: pa.Schema, cursors: Cursors, limits: Limits, *, is_weighted: bool = False
    ) -> None:
        self.name = name
        self._lock = Lock()
        self._rows = 0
        self._weight = 0 if is_weighted else None
        setting = Setting(cursors, ValueBudget(limits.values), limits, is_weighted)
        self._features = {field.name: FeatureCollector((field.name,), field.type, setting) for field in schema}

    def add_rows(self, count: int, weights: np.ndarray | None) -> None:
        """Take in a number of rows, and what they weigh."""
        with self._lock:
            self._rows += count
            if self._weight is not None and weights is not None:
                self._weight += int(weights.sum())

    def add_column(self, name: str, values: pa.Array, weights: np.ndarray | None, where: str) -> None:
        """Take in the values of a column in some rows.

        Raises
        ------
        DataError
            If a value has no place in the statistics; names the column.
        """
        try:
            self._features[name].add(values, weights)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise DataError(
                f"column '{name}' ({values.type}) cannot be counted: {str(error).splitlines()[0]}",
                where=where,
                fix="cast the column to a number, text, boolean, date, timestamp, list or struct",
            ) from error

    def state(self, where: str, pool: Executor) -> DatasetState:
        """What was taken in; sorted and merged by a pool of threads.

        Raises
        ------
        DataError
            If the weights sum to too much.
        """
        check_weight_sum(self._weight or 0, where)
        found = pool.map(lambda feature: list(feature.states()), self._features.values())
        states = [state for column in found for state in column]
        features = {state.path: state for state in sorted(states, key=lambda state: state.path)}
        return DatasetState(self.name, self._rows, features, self._weight)
