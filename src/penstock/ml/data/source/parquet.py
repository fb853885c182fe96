"""Parquet files as a source."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from penstock.core.error import DataError
from penstock.ml.data.origin import ParquetFiles, reading
from penstock.ml.data.source.location import SUFFIXES, content_digest, content_kind, find_files

if TYPE_CHECKING:
    import pyarrow as pa


class ParquetSource:
    """One Parquet file, or a folder of files with the same columns.

    Parameters
    ----------
    uri : str
        Path of a file or folder.
    """

    capabilities: ClassVar[frozenset[str]] = frozenset({"fingerprint"})

    def __init__(self, uri: str) -> None:
        self.uri = uri

    def __repr__(self) -> str:
        return f"parquet {self.uri}"

    @cached_property
    def files(self) -> tuple[Path, ...]:
        """The files, in order."""
        return find_files(self.uri, SUFFIXES["parquet"])

    def fingerprint(self) -> str:
        """Digest of the files' contents."""
        return content_digest(self.files)

    def read(self) -> pa.RecordBatchReader:
        """The rows of all files, in order.

        Raises
        ------
        DataError
            If a file is no Parquet, is damaged, or has other columns than the first.
        """
        import pyarrow.parquet as pq

        first: pa.Schema | None = None
        for path in self.files:
            _check_content(path)
            with reading(path):
                schema = pq.read_schema(path).remove_metadata()
            if first is None:
                first = schema
            elif not schema.equals(first):
                raise _other_schema(path, schema, self.files[0], first)
        return ParquetFiles(self.files).open(None, 0)


def _check_content(path: Path) -> None:
    kind, text = content_kind(path)
    if kind == "parquet":
        return
    if path.stat().st_size == 0:
        raise DataError("the file is empty", where=str(path), fix="write it again")
    raise DataError(
        f"the file is not Parquet, but {text or 'something else, perhaps text'}",
        where=str(path),
        fix="give its real format, for instance format='csv', or convert the file",
    )


def _other_schema(path: Path, schema: pa.Schema, first_path: Path, first: pa.Schema) -> DataError:
    if schema.names != first.names:
        lacks = [name for name in first.names if name not in schema.names]
        adds = [name for name in schema.names if name not in first.names]
        parts = [f"lacks {', '.join(lacks[:5])}"] * bool(lacks) + [f"adds {', '.join(adds[:5])}"] * bool(adds)
        difference = " and ".join(parts) or "orders them otherwise"
        what = f"its columns differ from those of {first_path.name}: it {difference}"
    else:
        field = next(field for field in schema if field.type != first.field(field.name).type)
        what = f"column '{field.name}' is {field.type}, but {first.field(field.name).type} in {first_path.name}"
    return DataError(what, where=str(path), fix="write all files of the folder with the same columns and types")
