"""TFRecord files of `tf.Example` as a source; TensorFlow is not needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from penstock.core.error import DataError
from penstock.ml.data.source.file_set import FileSet
from penstock.ml.data.source.location import SUFFIXES
from penstock.ml.data.source.schema_union import check_names, check_same_names
from penstock.ml.data.source.tf_example import BYTES, FLOAT, INT64, UNSET, ExampleError, FeatureColumn, read_examples
from penstock.ml.data.source.tfrecord_frame import Records, read_records

_TYPES = {FLOAT: pa.float32(), INT64: pa.int64()}
_WORDS = {BYTES: "bytes", FLOAT: "floats", INT64: "int64"}
_MAX_BATCH_BYTES = (1 << 31) - (1 << 24)


class TfRecordSource:
    """TFRecord files, plain or gzipped, whose records are `tf.Example` messages.

    A column is a feature, in order of their names: ``int64``, ``float`` (32 bits), or, where every value of every
    file is UTF-8, text, else binary. A feature that a record lacks, or that has no list there, is null. Checksums
    are verified.

    Parameters
    ----------
    uri : str or sequence of str
        A file (``.tfrecord``, ``.tfrecord.gz``, also as ``NAME.tfrecord-00000-of-00010``), a folder, a pattern or
        an URL, or several.
    scalars : bool
        Whether a feature with exactly one value wherever it is present becomes a plain column. Otherwise, and
        with False always, it is a column of lists.
    union_by_name : bool
        Whether files may lack features of others, which are null there.
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
        scalars: bool = True,
        union_by_name: bool = False,
        cache: str = "",
        filesystem: Mapping[str, Any] | None = None,
    ) -> None:
        self._files = FileSet(uri, SUFFIXES["tfrecord"], cache=cache, filesystem=filesystem)
        self.scalars = scalars
        self.union_by_name = union_by_name

    def __repr__(self) -> str:
        return f"tfrecord {self._files}"

    def fingerprint(self) -> str:
        """Digest of the files' contents, or of their versions behind an URL."""
        return self._files.fingerprint()

    def read(self) -> pa.RecordBatchReader:
        """The records of all files, in order.

        Raises
        ------
        DataError
            If there is no record with a feature, one is damaged, cut off or no tf.Example, a feature has values of
            two types, or a file changes meanwhile; with the number of the record.
        """
        return self._files.stream(self._open)

    def _open(self) -> pa.RecordBatchReader:
        paths = self._files.paths
        features = _features(paths, union_by_name=self.union_by_name)
        if not features:
            raise DataError(
                "there is no record with a feature, so the columns are not known",
                where=str(self._files),
                fix="write at least one tf.Example",
            )
        check_names(sorted(features), paths[0])
        schema = pa.schema([pa.field(name, features[name].arrow(self.scalars)) for name in sorted(features)])

        def rows() -> Iterator[pa.RecordBatch]:
            for path in paths:
                for records in read_records(path):
                    yield _batch(_read(records, path), len(records.starts), schema)

        return pa.RecordBatchReader.from_batches(schema, rows())


@dataclass(slots=True)
class _Feature:
    """What is known of a feature over all files."""

    kind: int = UNSET
    kind_of_empty: int = UNSET
    origin: str = ""
    is_single: bool = True
    is_text: bool = True

    def take(self, column: FeatureColumn, name: str, where: str) -> None:
        if not len(column.values):
            self.kind_of_empty = self.kind_of_empty or column.kind
            self.is_single &= not column.is_present.any()
            return
        if self.kind not in (UNSET, column.kind):
            raise DataError(
                f"feature '{name}' has {_WORDS[column.kind]}, but {_WORDS[self.kind]} in {self.origin}",
                where=where,
                fix="write one type of values per feature",
            )
        self.kind, self.origin = column.kind, self.origin or where
        self.is_single &= bool((column.counts[column.is_present] == 1).all())
        if column.kind == BYTES and self.is_text:
            self.is_text = _is_text(column.values)

    def arrow(self, scalars: bool) -> pa.DataType:
        kind = _TYPES.get(self.kind or self.kind_of_empty) or (pa.string() if self.is_text else pa.binary())
        return kind if scalars and self.is_single else pa.list_(kind)


def _features(paths: Sequence[Path], *, union_by_name: bool) -> dict[str, _Feature]:
    found: dict[str, _Feature] = {}
    first: tuple[Path, list[str]] | None = None
    for path in paths:
        seen: set[str] = set()
        for records in read_records(path):
            where = f"{path}, records {records.first} to {records.first + len(records.starts) - 1}"
            for name, column in _read(records, path).items():
                found.setdefault(name, _Feature()).take(column, name, where)
                seen.add(name)
        if seen and first is None:
            first = path, sorted(seen)
        if seen and first and not union_by_name:
            check_same_names(path, sorted(seen), *first)
    return found


def _read(records: Records, path: Path) -> dict[str, FeatureColumn]:
    if len(records.data) > _MAX_BATCH_BYTES:
        where = f"{path}, record {records.first}"
        raise DataError("the record is longer than 2 GiB", where=where, fix="split it into several")
    try:
        return read_examples(records.data, records.starts, records.ends)
    except ExampleError as error:
        raise DataError(
            f"record {records.first + error.index} is no tf.Example: {error}",
            where=str(path),
            fix="write tf.Example messages (tf.io.TFRecordWriter of example.SerializeToString())",
        ) from error


def _is_text(values: pa.Array) -> bool:
    """Whether all values are UTF-8."""
    try:
        values.cast(pa.string())
    except pa.ArrowInvalid:
        return False
    return True


def _batch(columns: Mapping[str, FeatureColumn], rows: int, schema: pa.Schema) -> pa.RecordBatch:
    arrays = [
        _array(columns[field.name], field.type) if field.name in columns else pa.nulls(rows, field.type)
        for field in schema
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _array(column: FeatureColumn, kind: pa.DataType) -> pa.Array:
    offsets = np.concatenate([[0], np.cumsum(column.counts)])
    if pa.types.is_list(kind):
        values = column.values.cast(kind.value_type) if len(column.values) else pa.array([], kind.value_type)
        mask = pa.array(~column.is_present)
        return pa.ListArray.from_arrays(pa.array(offsets.astype(np.int32)), values, type=kind, mask=mask)
    if not len(column.values):
        return pa.nulls(len(column.counts), kind)
    values = column.values.cast(kind)
    if column.is_present.all():
        return values
    return values.take(pa.array(offsets[:-1], mask=~column.is_present))
