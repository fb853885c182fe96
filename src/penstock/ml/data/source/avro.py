"""Avro files as a source, in the extra `avro`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa

from penstock.core.error import DataError
from penstock.core.plugin import require
from penstock.ml.data.parquet import batch_rows
from penstock.ml.data.source.avro_schema import AvroTypes
from penstock.ml.data.source.file_set import FileSet
from penstock.ml.data.source.location import SUFFIXES, content_kind
from penstock.ml.data.source.schema_union import check_names, common_schema, fitted

_MAX_BATCH_ROWS = 8192


class AvroSource:
    """Avro object container files with the same columns.

    A union of null and one type is that type with gaps; one of ``int`` and ``long``, or of ``int``, ``float`` and
    ``double``, is the widest; other unions are refused. Enums become text, ``fixed`` becomes binary of fixed
    width, maps stay maps; dates, times, timestamps, decimals and UUIDs (as text) keep their meaning.

    Parameters
    ----------
    uri : str or sequence of str
        A file (``.avro``), a folder, a pattern or an URL, or several.
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
        self._files = FileSet(uri, SUFFIXES["avro"], cache=cache, filesystem=filesystem)
        self.union_by_name = union_by_name

    def __repr__(self) -> str:
        return f"avro {self._files}"

    def fingerprint(self) -> str:
        """Digest of the files' contents, or of their versions behind an URL."""
        return self._files.fingerprint()

    def read(self) -> pa.RecordBatchReader:
        """The rows of all files, in order.

        Raises
        ------
        MissingDependencyError
            If fastavro is not installed.
        DataError
            If a file is no Avro, is damaged, changes meanwhile, or has other columns than the first.
        """
        return self._files.stream(self._open)

    def _open(self) -> pa.RecordBatchReader:
        paths = self._files.paths
        types = [_types(path) for path in paths]
        schema = common_schema(paths, [one.arrow() for one in types], union_by_name=self.union_by_name)

        def rows() -> Iterator[pa.RecordBatch]:
            for path, one in zip(paths, types, strict=True):
                yield from fitted(_batches(path, one), schema, path)

        return pa.RecordBatchReader.from_batches(schema, rows())


def _types(path: Path) -> AvroTypes:
    with _records(path, 0) as records, _told(path, 0):
        types = AvroTypes(records.writer_schema, where=str(path))
    check_names(list(types.fields), path)
    return types


def _batches(path: Path, types: AvroTypes) -> Iterator[pa.RecordBatch]:
    schema = types.arrow()
    size = min(batch_rows(len(schema)), _MAX_BATCH_ROWS)
    count = 0
    with _records(path, 0) as records:
        while rows := _some(records, size, path, count):
            count += len(rows)
            yield _batch(rows, types, schema, f"{path}, rows {count - len(rows) + 1} to {count}")


def _some(records: Any, size: int, path: Path, count: int) -> list[dict[str, Any]]:
    with _told(path, count):
        return list(islice(records, size))


def _batch(rows: list[dict[str, Any]], types: AvroTypes, schema: pa.Schema, where: str) -> pa.RecordBatch:
    columns = []
    for field in schema:
        make = types.fields[field.name][1]
        values = [row[field.name] for row in rows]
        if make:
            values = [None if value is None else make(value) for value in values]
        try:
            columns.append(pa.array(values, field.type))
        except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
            raise DataError(
                f"column '{field.name}' does not fit into {field.type}: {str(error).splitlines()[0]}",
                where=where,
                fix="write the values within the range of the type that the file's schema gives",
            ) from error
    return pa.RecordBatch.from_arrays(columns, schema=schema)


@contextmanager
def _records(path: Path, count: int) -> Iterator[Any]:
    kind, text = content_kind(path)
    if kind != "avro":
        if path.stat().st_size == 0:
            raise DataError("the file is empty", where=str(path), fix="write it again")
        fix = "give its real format, for instance format='parquet', or convert the file"
        raise DataError(f"the file is not Avro, but {text or 'something else'}", where=str(path), fix=fix)
    fastavro = require("fastavro", extra="avro", where=f"reading {path.name}")
    with path.open("rb") as file:
        with _told(path, count):
            reader = fastavro.reader(file)
        yield reader


@contextmanager
def _told(path: Path, count: int) -> Iterator[None]:
    """Failures of fastavro, told in our form; it raises whatever its decoders stumble over."""
    import zlib

    from fastavro.schema import SchemaParseException

    failures = (ArithmeticError, AttributeError, EOFError, LookupError, MemoryError, OSError, TypeError, ValueError)
    try:
        yield
    except DataError:
        raise
    except (*failures, SchemaParseException, zlib.error) as error:
        told = str(error).splitlines()[0] if str(error) else type(error).__name__
        fix = "write the file again; it may be truncated, damaged or still being written"
        raise DataError(
            f"the Avro file cannot be read: {told}",
            where=f"{path}, after row {count}" if count else str(path),
            fix="install it, or write the file with the codec deflate" if "need to install" in told else fix,
        ) from error
