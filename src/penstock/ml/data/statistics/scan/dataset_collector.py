"""Collects the state of a data set, or of one slice of it."""

from __future__ import annotations

from concurrent.futures import Executor
from threading import Lock

import numpy as np
import pyarrow as pa

from penstock.ml.data.statistics.scan.budget import ValueBudget
from penstock.ml.data.statistics.scan.cursor import Cursors
from penstock.ml.data.statistics.scan.feature_collector import FeatureCollector, Limits, Setting
from penstock.ml.data.statistics.scan.row_weight import WeightSum
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
    bytes_paths : frozenset of paths
        Features whose values are bytes, whatever their type.
    """

    def __init__(
        self,
        name: str,
        schema: pa.Schema,
        cursors: Cursors,
        limits: Limits,
        *,
        is_weighted: bool = False,
        bytes_paths: frozenset[tuple[str, ...]] = frozenset(),
    ) -> None:
        self.name = name
        self._lock = Lock()
        self._rows = 0
        self._weight = 0 if is_weighted else None
        self._sum = WeightSum(name or "all rows")
        setting = Setting(cursors, ValueBudget(limits.values), limits, is_weighted, bytes_paths)
        self._features = {field.name: FeatureCollector((field.name,), field.type, setting) for field in schema}

    def add_rows(self, count: int, weights: np.ndarray | None) -> None:
        """Take in a number of rows, and what they weigh.

        Raises
        ------
        DataError
            If the weights sum to too much.
        """
        with self._lock:
            self._rows += count
            if self._weight is not None and weights is not None:
                self._sum.add(weights)
                self._weight += int(weights.sum())

    def add_column(self, name: str, values: pa.Array, weights: np.ndarray | None) -> None:
        """Take in the values of a column in some rows, in a type as `leaf.plain` gives.

        Raises
        ------
        pyarrow.ArrowInvalid
            If a value has no place in the statistics.
        """
        self._features[name].add(values, weights)

    def state(self, pool: Executor) -> DatasetState:
        """What was taken in; sorted and merged by a pool of threads."""
        found = pool.map(lambda feature: list(feature.states()), self._features.values())
        states = [state for column in found for state in column]
        features = {state.path: state for state in sorted(states, key=lambda state: state.path)}
        return DatasetState(self.name, self._rows, features, self._weight)
