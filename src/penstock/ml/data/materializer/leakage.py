"""A `Leakage` as an artifact."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from penstock.ml.data.leakage.leakage import FILE_NAME, Leakage


class LeakageMaterializer:
    """One JSON file."""

    kind: ClassVar[str] = "Report"
    capabilities: ClassVar[frozenset[str]] = frozenset({"deterministic"})

    def save(self, value: Leakage, folder: Path) -> None:
        """Write the findings."""
        value.save(folder / FILE_NAME)

    def load(self, folder: Path) -> Leakage:
        """Read the findings."""
        return Leakage.load(folder)


leakage = LeakageMaterializer()
