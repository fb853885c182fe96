"""Models as artifacts."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from penstock.ml.models.model import Model, check_trusted


class ModelMaterializer:
    """The folder of `Model.save`; loading never runs foreign code, so nothing is stored that would need it."""

    kind: ClassVar[str] = "Model"
    capabilities: ClassVar[frozenset[str]] = frozenset({"deterministic"})

    def save(self, value: Model, folder: Path) -> None:
        """Write the model's folder; `UntrustedError` for a model that `load` would refuse."""
        check_trusted(value.flavour, value.native, where="artifact of kind Model")
        value.save(folder)

    def load(self, folder: Path) -> Model:
        """Read it; `UntrustedError` where that takes trust."""
        return Model.load(folder)


model = ModelMaterializer()
