"""Anomalies as artifacts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from penstock.ml.data.anomalies.anomalies import Anomalies

FILE_NAME = "anomalies.json"
"""What an Anomalies artifact is read from; the report beside it follows from it."""


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
        from penstock.ml.data.anomalies.anomalies import Anomalies

        return Anomalies.load(folder / FILE_NAME)


anomalies = AnomaliesMaterializer()
