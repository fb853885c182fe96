"""Schemas as artifacts."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from penstock.ml.data.schema.schema import Schema

FILE_NAME = "schema.yaml"


class SchemaMaterializer:
    """One YAML file, the same bytes for the same schema."""

    kind: ClassVar[str] = "Schema"
    capabilities: ClassVar[frozenset[str]] = frozenset({"deterministic"})

    def save(self, value: Schema, folder: Path) -> None:
        """Write the schema."""
        value.save(folder / FILE_NAME)

    def load(self, folder: Path) -> Schema:
        """Read the schema."""
        return Schema.load(folder / FILE_NAME)


schema = SchemaMaterializer()
