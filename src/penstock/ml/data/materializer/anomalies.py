"""Anomalies as artifacts."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from penstock.ml.data.anomalies.anomalies import FILE_NAME, Anomalies


class AnomaliesMaterializer:
    """TensorFlow Metadata's JSON, with the findings and their rows beside it."""

    kind: ClassVar[str] = "Anomalies"
    capabilities: ClassVar[frozenset[str]] = frozenset({"deterministic"})

    def save(self, value: Anomalies, folder: Path) -> None:
        """Write the file, and the report."""
        from penstock.ml import report

        value.save(folder / FILE_NAME)
        report.save(value.page(), folder / report.FILE_NAME)

    def load(self, folder: Path) -> Anomalies:
        """Read the file."""
        return Anomalies.load(folder)


anomalies = AnomaliesMaterializer()
