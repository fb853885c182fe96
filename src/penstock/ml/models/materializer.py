"""Models as artifacts."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from penstock.ml.models.model import Model


class ModelMaterializer:
    """The folder of `Model.save`; loading never runs foreign code."""

    kind: ClassVar[str] = "Model"
    capabilities: ClassVar[frozenset[str]] = frozenset({"deterministic"})

    def save(self, value: Model, folder: Path) -> None:
        """Write the model's folder."""
        value.save(folder)

    def load(self, folder: Path) -> Model:
        """Read it; `UntrustedError` where that takes trust."""
        return Model.load(folder)


model = ModelMaterializer()
