"""The lazy `Dataset` as an artifact."""

from __future__ import annotations

from pathlib import Path
from shutil import copyfile
from typing import ClassVar

from penstock.ml.data.dataset import Dataset
from penstock.ml.data.parquet import FILE_NAME, write_parquet


class DatasetMaterializer:
    """Streams in; loading opens nothing but the file's footer, and only when asked."""

    kind: ClassVar[str] = "Dataset"
    capabilities: ClassVar[frozenset[str]] = frozenset({"deterministic", "streaming"})

    def save(self, value: Dataset, folder: Path) -> None:
        """Write the rows into the folder, in bounded memory; an artifact that is only passed on is copied."""
        if value.artifact_file is not None:
            copyfile(value.artifact_file, folder / FILE_NAME)
        else:
            write_parquet(value, folder / FILE_NAME, where=repr(value))

    def load(self, folder: Path) -> Dataset:
        """The data set over the folder's file."""
        return Dataset.of_artifact(folder)


dataset = DatasetMaterializer()
