"""DuckDB relations as Dataset artifacts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from penstock.ml.data.connection import connect, file_list
from penstock.ml.data.parquet import FILE_NAME, write_parquet

if TYPE_CHECKING:
    import duckdb


class RelationMaterializer:
    """A lazy relation; saving runs it once and streams the answer."""

    kind: ClassVar[str] = "Dataset"
    capabilities: ClassVar[frozenset[str]] = frozenset({"deterministic", "streaming"})

    def save(self, value: duckdb.DuckDBPyRelation, folder: Path) -> None:
        """Run the relation and write its rows in the order it gives."""
        write_parquet(value, folder / FILE_NAME, where="a DuckDB relation")

    def load(self, folder: Path) -> duckdb.DuckDBPyRelation:
        """A scan of the files, in a database of its own."""
        return connect().read_parquet(file_list(sorted(folder.glob("*.parquet"))))


relation = RelationMaterializer()
