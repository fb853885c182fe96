"""Statistics as artifacts."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from penstock.ml.data.statistics.statistics import FILE_NAME, Statistics


class StatisticsMaterializer:
    """One JSON file, and the exact quantiles beside it where they were asked for."""

    kind: ClassVar[str] = "Statistics"
    capabilities: ClassVar[frozenset[str]] = frozenset({"deterministic"})

    def save(self, value: Statistics, folder: Path) -> None:
        """Write the state and its view."""
        value.save(folder / FILE_NAME)

    def load(self, folder: Path) -> Statistics:
        """Read the view; the state follows when it is asked for."""
        return Statistics.load(folder)


statistics = StatisticsMaterializer()
