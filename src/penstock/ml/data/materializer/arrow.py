"""Arrow tables and record-batch readers as Dataset artifacts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from penstock.ml.data.dataset import Dataset
from penstock.ml.data.parquet import FILE_NAME, write_parquet

if TYPE_CHECKING:
    import pyarrow as pa


class TableMaterializer:
    """A whole table in memory."""

    kind: ClassVar[str] = "Dataset"
    capabilities: ClassVar[frozenset[str]] = frozenset({"deterministic"})

    def save(self, value: pa.Table, folder: Path) -> None:
        """Write the table's rows."""
        write_parquet(value, folder / FILE_NAME, where="an Arrow table")

    def load(self, folder: Path) -> pa.Table:
        """The table, with the column types of `canonical_schema`."""
        return Dataset(folder).to_arrow()


class ReaderMaterializer:
    """Streams in and out: memory holds a row group at most."""

    kind: ClassVar[str] = "Dataset"
    capabilities: ClassVar[frozenset[str]] = frozenset({"deterministic", "streaming"})

    def save(self, value: pa.RecordBatchReader, folder: Path) -> None:
        """Write what is left in the reader."""
        write_parquet(value, folder / FILE_NAME, where="an Arrow record-batch reader")

    def load(self, folder: Path) -> pa.RecordBatchReader:
        """A new reader from the first row."""
        return Dataset(folder).scan()


table = TableMaterializer()
reader = ReaderMaterializer()
