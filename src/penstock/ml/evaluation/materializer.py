"""Evaluations as artifacts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import ClassVar

from penstock.core.canonical import canonical_json
from penstock.ml.evaluation.evaluation import Evaluation

FILE_NAME = "evaluation.json"


class EvaluationMaterializer:
    """One JSON file."""

    kind: ClassVar[str] = "Evaluation"
    capabilities: ClassVar[frozenset[str]] = frozenset({"deterministic"})

    def save(self, value: Evaluation, folder: Path) -> None:
        """Write the figures."""
        (folder / FILE_NAME).write_text(canonical_json(value.to_json()) + "\n", encoding="utf-8")

    def load(self, folder: Path) -> Evaluation:
        """Read the figures."""
        return Evaluation.from_json(json.loads((folder / FILE_NAME).read_text(encoding="utf-8")))


evaluation = EvaluationMaterializer()
