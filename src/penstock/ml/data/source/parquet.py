"""Parquet files as a source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from penstock.core.error import DataError
from penstock.ml.data.origin import ParquetFiles, reading
from penstock.ml.data.source.file_set import FileSet
from penstock.ml.data.source.location import SUFFIXES, content_kind

if TYPE_CHECKING:
    import pyarrow as pa


class ParquetSource:
    """Parquet files with the same columns.

    Parameters
    ----------
    uri : str or sequence of str
        A file, a folder, a pattern or an URL, or several (`FileSet`).
    union_by_name : bool
        Whether files may lack columns of others, which are null there (`common_schema`).
    cache : str
        Folder that keeps files fetched from an URL.
    filesystem : mapping, optional
        Options of the file system behind an URL.
    """

    capabilities: ClassVar[frozenset[str]] = frozenset({"files", "fingerprint", "union_by_name"})

    def __init__(
        self,
        uri: str | Sequence[str],
        *,
        union_by_name: bool = False,
        cache: str = "",
        filesystem: Mapping[str, Any] | None = None,
    ) -> None:
        self._files = FileSet(uri, SUFFIXES["parquet"], cache=cache, filesystem=filesystem)
        self.union_by_name = union_by_name

    def __repr__(self) -> str:
        return f"parquet {self._files}"

    @property
    def files(self) -> tuple[Path, ...]:
        """The files on this machine, in order."""
        return self._files.paths

    def fingerprint(self) -> str:
        """Digest of the files' contents, or of their versions behind an URL."""
        return self._files.fingerprint()

    def read(self) -> pa.RecordBatchReader:
        """The rows of all files, in order.

        Raises
        ------
        DataError
            If a file is no Parquet, is damaged, changes meanwhile, or has other columns than the first.
        """
        return self._files.stream(self._open)

    def _open(self) -> pa.RecordBatchReader:
        import pyarrow as pa

        from penstock.ml.data.source.schema_union import common_schema, fitted

        schemas = [_schema(path) for path in self.files]
        schema = common_schema(self.files, schemas, union_by_name=self.union_by_name)

        def rows() -> Iterator[pa.RecordBatch]:
            for path in self.files:
                yield from fitted(ParquetFiles((path,)).open(None, 0), schema, path)

        return pa.RecordBatchReader.from_batches(schema, rows())


def _schema(path: Path) -> pa.Schema:
    import pyarrow.parquet as pq

    from penstock.ml.data.source.schema_union import check_names

    _check_content(path)
    with reading(path):
        schema = pq.read_schema(path).remove_metadata()
    check_names(schema.names, path)
    return schema


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
