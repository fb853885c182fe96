"""A `Leakage` as an artifact."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from penstock.ml import report
from penstock.ml.data.leakage.leakage import FILE_NAME, Leakage


class LeakageMaterializer:
    """The findings, and the report that follows from them."""

    kind: ClassVar[str] = "Report"
    capabilities: ClassVar[frozenset[str]] = frozenset({"deterministic"})

    def save(self, value: Leakage, folder: Path) -> None:
        """Write findings and report."""
        value.save(folder / FILE_NAME)
        report.save(value.page(), folder / report.FILE_NAME)

    def load(self, folder: Path) -> Leakage:
        """Read the findings."""
        return Leakage.load(folder)


leakage = LeakageMaterializer()
