"""Arrow IPC files, streams and Feather files as a source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa

from penstock.core.error import DataError
from penstock.ml.data.source.file_set import FileSet
from penstock.ml.data.source.location import SUFFIXES, content_kind
from penstock.ml.data.source.schema_union import check_names, common_schema, fitted


class ArrowSource:
    """Arrow IPC files (random access, which Feather of version 2 is, or streams) with the same columns.

    Parameters
    ----------
    uri : str or sequence of str
        A file (``.arrow``, ``.feather``, ``.ipc``, ``.arrows``), a folder, a pattern or an URL, or several.
    union_by_name : bool
        Whether files may lack columns of others, which are null there (`common_schema`).
    cache : str
        Folder that keeps files fetched from an URL.
    filesystem : mapping, optional
        Options of the file system behind an URL.

    Notes
    -----
    One record batch of a file is in memory at a time, and checked in full before it is passed on.
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
        self._files = FileSet(uri, SUFFIXES["arrow"], cache=cache, filesystem=filesystem)
        self.union_by_name = union_by_name

    def __repr__(self) -> str:
        return f"arrow {self._files}"

    def fingerprint(self) -> str:
        """Digest of the files' contents, or of their versions behind an URL."""
        return self._files.fingerprint()

    def read(self) -> pa.RecordBatchReader:
        """The rows of all files, in order.

        Raises
        ------
        DataError
            If a file is no Arrow data, is damaged, changes meanwhile, or has other columns than the first.
        """
        return self._files.stream(self._open)

    def _open(self) -> pa.RecordBatchReader:
        paths = self._files.paths
        schema = common_schema(paths, [_schema(path) for path in paths], union_by_name=self.union_by_name)

        def rows() -> Iterator[pa.RecordBatch]:
            for path in paths:
                yield from fitted(_batches(path), schema, path)

        return pa.RecordBatchReader.from_batches(schema, rows())


def _schema(path: Path) -> pa.Schema:
    with _reading(path), _opened(path) as reader:
        schema = reader.schema.remove_metadata()
    check_names(schema.names, path)
    return schema


def _batches(path: Path) -> Iterator[pa.RecordBatch]:
    with _reading(path), _opened(path) as reader:
        if isinstance(reader, pa.ipc.RecordBatchFileReader):
            every = (reader.get_batch(index) for index in range(reader.num_record_batches))
        else:
            every = iter(reader)
        for batch in every:
            # Damaged offsets would otherwise crash whoever reads the values.
            batch.validate(full=True)
            yield batch.replace_schema_metadata(None)


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    kind = _content(path)
    # Not mapped into memory: a mapped file that is cut off meanwhile kills the process.
    open_reader = pa.ipc.open_file if kind == "arrow" else pa.ipc.open_stream
    with pa.OSFile(str(path)) as file, open_reader(file) as reader:
        yield reader


def _content(path: Path) -> str:
    """The kind of Arrow file."""
    kind, text = content_kind(path)
    if kind in ("arrow", "arrow-stream"):
        return kind
    if path.stat().st_size == 0:
        raise DataError("the file is empty", where=str(path), fix="write it again; without rows it still has a schema")
    fix = "give its real format, for instance format='parquet', or convert the file"
    if kind == "feather1":
        fix = "write it again with a current version of its library: that gives Feather of version 2"
    raise DataError(f"the file is not Arrow data, but {text or 'something else'}", where=str(path), fix=fix)


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        raise DataError(
            f"the Arrow file cannot be read: {str(error).splitlines()[0]}",
            where=str(path),
            fix="write the file again; it may be truncated, damaged or still being written",
        ) from error
