"""The lazy `Dataset` as an artifact."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from penstock.ml.data.dataset import Dataset
from penstock.ml.data.parquet import FILE_NAME, write_parquet


class DatasetMaterializer:
    """Streams in; loading opens nothing but the file's footer, and only when asked."""

    kind: ClassVar[str] = "Dataset"
    capabilities: ClassVar[frozenset[str]] = frozenset({"deterministic", "streaming"})

    def save(self, value: Dataset, folder: Path) -> None:
        """Write the rows into the folder, in bounded memory."""
        write_parquet(value, folder / FILE_NAME, where=repr(value))

    def load(self, folder: Path) -> Dataset:
        """The data set over the folder's files."""
        return Dataset(folder)


dataset = DatasetMaterializer()
