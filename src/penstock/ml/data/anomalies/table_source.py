"""A table of any library as a data set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from penstock.core.error import DataError

if TYPE_CHECKING:
    import pyarrow as pa

    from penstock.core.protocol import Source
    from penstock.ml.data.dataset import Dataset


@dataclass(frozen=True, slots=True)
class TableSource:
    """A table of any library as a source, so that it can be read as a data set."""

    rows: Any
    capabilities: ClassVar[frozenset[str]] = frozenset()

    def __repr__(self) -> str:
        return f"{type(self.rows).__module__}.{type(self.rows).__qualname__}"

    def fingerprint(self) -> str:
        """Unknown."""
        return ""

    def read(self) -> pa.RecordBatchReader:
        """Its rows, anew."""
        from penstock.ml.data.stream import open_stream

        return open_stream(self.rows, where="the data to validate")


def as_dataset(data: Any) -> Dataset:
    """A table of any library, or a source, as a data set.

    Raises
    ------
    DataError
        If it can be read only once, or is no table.
    """
    import pyarrow as pa

    from penstock.ml.data.dataset import Dataset

    if isinstance(data, Dataset):
        return data
    if isinstance(data, pa.RecordBatchReader):
        raise DataError(
            "a reader can be read once, and its statistics took that",
            where="validate(data=...)",
            fix="give what the reader came from: a Dataset, a table, a source",
        )
    source: Source = data if hasattr(data, "read") else TableSource(data)
    return Dataset.from_source(source)
