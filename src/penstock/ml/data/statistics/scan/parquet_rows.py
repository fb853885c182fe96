"""Parquet files in pieces: each thread decodes row groups of its own, and texts stay in their dictionaries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import local

import pyarrow as pa
import pyarrow.parquet as pq

from penstock.core.error import DataError
from penstock.ml.data.origin import reading
from penstock.ml.data.source.schema_union import common_schema
from penstock.ml.data.statistics.scan.piece import PIECE_BYTES, PIECE_ROWS, Piece

_STREAMED_BYTES = 1 << 27
"""A column of more bytes in one row group is decoded in batches."""

_SMALL_DICTIONARY = 4
"""A dictionary below this part of its column is worth keeping."""

_SMALL_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class _File:
    """A file as it was found."""

    path: Path
    metadata: pq.FileMetaData
    schema: pa.Schema
    stamp: tuple[int, int]
    row_bytes: dict[str, float]
    dictionaries: list[str]


class ParquetRows:
    """The rows of Parquet files of one schema.

    Parameters
    ----------
    paths : sequence of Path

    Raises
    ------
    DataError
        If a file cannot be read, or has other columns than the first.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self._files = [_opened(path) for path in paths]
        first = self._files[0].schema
        self.schema = first
        if len(paths) > 1:
            self.schema = common_schema(paths, [file.schema for file in self._files], union_by_name=False)
        self.num_rows: int | None = sum(file.metadata.num_rows for file in self._files)
        self.where = str(paths[0]) if len(paths) == 1 else f"{paths[0].parent} ({len(paths)} files)"
        self._local = local()

    def pieces(self, needed: tuple[str, ...]) -> Iterator[Piece]:
        """Row groups, joined while small; of many columns, some at a time."""
        first = 0
        for file in self._files:
            for groups, rows in _joined_groups(file.metadata):
                for columns, size in _column_runs(file.row_bytes, rows):
                    yield self._piece(file, groups, (columns, size), needed, (first, rows))
                first += rows

    def check_unchanged(self) -> None:
        """Refuse files that were written to meanwhile.

        Raises
        ------
        DataError
            If the size or the time of a file changed.
        """
        for file in self._files:
            with reading(file.path):
                stamp = _stamp(file.path)
            if stamp != file.stamp:
                raise DataError(
                    f"the file changed while it was read: it had {file.stamp[0]:,} bytes and has {stamp[0]:,}",
                    where=str(file.path),
                    fix="wait until it is written, or write to another file and rename it",
                )

    def _piece(
        self,
        file: _File,
        groups: list[int],
        run: tuple[tuple[str, ...], float],
        needed: tuple[str, ...],
        rows: tuple[int, int],
    ) -> Piece:
        columns, size = run
        names = [*columns, *(name for name in needed if name not in columns)]

        def load() -> Iterable[pa.Table]:
            with reading(file.path):
                source = self._source(file)
                if size > _STREAMED_BYTES:
                    for batch in source.iter_batches(PIECE_ROWS, row_groups=groups, columns=names, use_threads=False):
                        yield pa.Table.from_batches([batch])
                else:
                    yield source.read_row_groups(groups, columns=names, use_threads=False)

        return Piece(columns, rows[0], rows[1], load)

    def _source(self, file: _File) -> pq.ParquetFile:
        """The file, opened by the thread that asks; it keeps one open."""
        found: tuple[Path, pq.ParquetFile] | None = getattr(self._local, "source", None)
        if found is not None and found[0] == file.path:
            return found[1]
        if found is not None:
            found[1].close()
        source = pq.ParquetFile(
            file.path, metadata=file.metadata, read_dictionary=file.dictionaries, page_checksum_verification=True
        )
        self._local.source = (file.path, source)
        return source


def _opened(path: Path) -> _File:
    with reading(path):
        stamp = _stamp(path)
        with pq.ParquetFile(path) as source:
            metadata, schema = source.metadata, source.schema_arrow.remove_metadata()
    row_bytes, dictionaries = _layout(metadata, schema)
    return _File(path, metadata, schema, stamp, row_bytes, dictionaries)


def _stamp(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns


def _layout(metadata: pq.FileMetaData, schema: pa.Schema) -> tuple[dict[str, float], list[str]]:
    """Bytes that a row takes by column, and the columns to be read as dictionaries: as the first row group tells."""
    row_bytes: dict[str, float] = {}
    dictionaries = []
    if not metadata.num_row_groups:
        return dict.fromkeys(schema.names, 8.0), []
    group = metadata.row_group(0)
    rows = max(group.num_rows, 1)
    place = 0
    for field in schema:
        leaves = [group.column(place + index) for index in range(_num_leaves(field.type))]
        place += len(leaves)
        row_bytes[field.name] = sum(max(leaf.total_uncompressed_size / rows, 8.0) for leaf in leaves)
        is_text = pa.types.is_string(field.type) or pa.types.is_large_string(field.type)
        if is_text and leaves[0].has_dictionary_page and leaves[0].path_in_schema == field.name:
            size = leaves[0].data_page_offset - (leaves[0].dictionary_page_offset or 0)
            if size * _SMALL_DICTIONARY < leaves[0].total_compressed_size or size < _SMALL_BYTES:
                dictionaries.append(field.name)
    return row_bytes, dictionaries


def _num_leaves(kind: pa.DataType) -> int:
    """Columns of Parquet that a column of Arrow is stored in."""
    if isinstance(kind, pa.BaseExtensionType):
        return _num_leaves(kind.storage_type)
    if pa.types.is_map(kind):
        return _num_leaves(kind.key_type) + _num_leaves(kind.item_type)
    if pa.types.is_struct(kind):
        return sum(_num_leaves(field.type) for field in kind)
    if hasattr(kind, "value_field"):
        return _num_leaves(kind.value_type)
    return 1


def _joined_groups(metadata: pq.FileMetaData) -> Iterator[tuple[list[int], int]]:
    """Row groups that are worth reading at a time, with their number of rows."""
    waiting: list[int] = []
    rows = 0
    for group in range(metadata.num_row_groups):
        waiting.append(group)
        rows += metadata.row_group(group).num_rows
        if rows >= PIECE_ROWS or group == metadata.num_row_groups - 1:
            yield waiting, rows
            waiting, rows = [], 0


def _column_runs(row_bytes: dict[str, float], rows: int) -> Iterator[tuple[tuple[str, ...], float]]:
    """Columns that fit a piece together, with the bytes they take."""
    waiting: list[str] = []
    size = 0.0
    for name, each in row_bytes.items():
        if waiting and size + each * rows > PIECE_BYTES:
            yield tuple(waiting), size
            waiting, size = [], 0.0
        waiting.append(name)
        size += each * rows
    if waiting:
        yield tuple(waiting), size
