"""Statistics as artifacts."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from penstock.ml import report
from penstock.ml.data.statistics.statistics import FILE_NAME, Statistics


class StatisticsMaterializer:
    """One JSON file, and the report that follows from it."""

    kind: ClassVar[str] = "Statistics"
    capabilities: ClassVar[frozenset[str]] = frozenset({"deterministic"})

    def save(self, value: Statistics, folder: Path) -> None:
        """Write the state and its view, and the report of the view."""
        value.save(folder / FILE_NAME)
        report.save(value.page(), folder / report.FILE_NAME)

    def load(self, folder: Path) -> Statistics:
        """Read the view; the state follows when it is asked for."""
        return Statistics.load(folder)


statistics = StatisticsMaterializer()
