"""Mergeable states of small lists of numbers and texts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from penstock.ml.data.statistics import Statistics
from penstock.ml.data.statistics.state import NumericState, TextState


def statistics(**columns: object) -> Statistics:
    """Statistics of a table."""
    return Statistics.of(pa.table(columns))


def numeric(values: Sequence[float] | np.ndarray) -> NumericState:
    """State of a numeric column without nulls."""
    state = statistics(x=pa.array(np.asarray(values, dtype=float), pa.float64())).states[0].features[("x",)].numeric
    assert state is not None
    return state


def text(values: Sequence[str]) -> TextState:
    """State of a text column without nulls."""
    state = statistics(t=pa.array(values, pa.string())).states[0].features[("t",)].text
    assert state is not None
    return state
