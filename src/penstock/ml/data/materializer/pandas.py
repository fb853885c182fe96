"""pandas frames as Dataset artifacts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from penstock.ml.data.dataset import Dataset
from penstock.ml.data.frame import from_pandas
from penstock.ml.data.parquet import FILE_NAME, write_parquet

if TYPE_CHECKING:
    import pandas as pd


class FrameMaterializer:
    """A whole frame in memory; `penstock.ml.data.frame` has the rules for types and index."""

    kind: ClassVar[str] = "Dataset"
    capabilities: ClassVar[frozenset[str]] = frozenset({"deterministic"})

    def save(self, value: pd.DataFrame, folder: Path) -> None:
        """Write the frame's rows."""
        where = "a pandas frame"
        write_parquet(from_pandas(value, where=where), folder / FILE_NAME, where=where)

    def load(self, folder: Path) -> pd.DataFrame:
        """The rows with a plain index."""
        return Dataset(folder).to_pandas()


frame = FrameMaterializer()
