"""Polars frames as Dataset artifacts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from penstock.core.plugin import require
from penstock.ml.data.dataset import Dataset
from penstock.ml.data.parquet import FILE_NAME, write_parquet

if TYPE_CHECKING:
    import polars as pl


class FrameMaterializer:
    """A whole frame in memory."""

    kind: ClassVar[str] = "Dataset"
    capabilities: ClassVar[frozenset[str]] = frozenset({"deterministic"})

    def save(self, value: pl.DataFrame, folder: Path) -> None:
        """Write the frame's rows."""
        write_parquet(value, folder / FILE_NAME, where="a Polars frame")

    def load(self, folder: Path) -> pl.DataFrame:
        """The rows, without a copy where Polars can share Arrow's memory.

        Raises
        ------
        MissingDependencyError
            If Polars is not installed.
        """
        polars = require("polars", extra="polars", where="a data set as Polars frame")
        return cast("pl.DataFrame", polars.from_arrow(Dataset(folder).to_arrow()))


frame = FrameMaterializer()
