"""Comparisons as artifacts."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from penstock.ml.data.drift.comparison import FILE_NAME, Comparison


class ComparisonMaterializer:
    """One JSON file."""

    kind: ClassVar[str] = "Report"
    capabilities: ClassVar[frozenset[str]] = frozenset({"deterministic"})

    def save(self, value: Comparison, folder: Path) -> None:
        """Write the comparison into the folder."""
        value.save(folder / FILE_NAME)

    def load(self, folder: Path) -> Comparison:
        """Read the comparison."""
        return Comparison.load(folder)


comparison = ComparisonMaterializer()
