"""Comparisons as artifacts."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from penstock.ml import report
from penstock.ml.data.drift.comparison import FILE_NAME, Comparison
from penstock.ml.data.drift.sides import save_sides


class ComparisonMaterializer:
    """The measures, what is drawn of both data sets, and the report."""

    kind: ClassVar[str] = "Report"
    capabilities: ClassVar[frozenset[str]] = frozenset({"deterministic"})

    def save(self, value: Comparison, folder: Path) -> None:
        """Write the comparison into the folder; the report follows from the rest."""
        value.save(folder / FILE_NAME)
        if value.sides is not None:
            save_sides(value.sides, folder)
        report.save(value.page(), folder / report.FILE_NAME)

    def load(self, folder: Path) -> Comparison:
        """Read the comparison."""
        return Comparison.load(folder)


comparison = ComparisonMaterializer()
