"""Rows of a data set in pieces that are read and counted apart, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import pyarrow as pa

PIECE_BYTES = 1 << 23
PIECE_ROWS = 1 << 16


@dataclass(frozen=True, slots=True)
class Piece:
    """Some columns of some rows.

    Parameters
    ----------
    columns : tuple of str
        Those to be counted here.
    first_row : int
        Number of rows before.
    num_rows : int
    load : callable
        Reads them: tables that follow each other, with the columns and those that every piece needs.
    """

    columns: tuple[str, ...]
    first_row: int
    num_rows: int
    load: Callable[[], Iterable[pa.Table]]


class Rows(Protocol):
    """Something that can be read once in pieces."""

    schema: pa.Schema
    num_rows: int | None
    where: str

    def pieces(self, needed: tuple[str, ...]) -> Iterator[Piece]:
        """All rows; each piece also loads the needed columns."""

    def check_unchanged(self) -> None:
        """Refuse what was counted if it is not what is there now."""


class StreamRows:
    """Record batches of a stream, gathered where they are small.

    Parameters
    ----------
    reader : pyarrow.RecordBatchReader
    num_rows : int, optional
        Where it is known.
    where : str
        For messages.
    """

    def __init__(self, reader: pa.RecordBatchReader, num_rows: int | None, where: str) -> None:
        self.schema = reader.schema
        self.num_rows = num_rows
        self.where = where
        self._reader = reader

    def pieces(self, needed: tuple[str, ...]) -> Iterator[Piece]:
        """Pieces with all columns."""
        names = tuple(self.schema.names)
        first = 0
        for table in self._tables():
            yield Piece(names, first, table.num_rows, partial(tuple, (table,)))
            first += table.num_rows

    def check_unchanged(self) -> None:
        """A stream is read as it comes."""

    def _batches(self) -> Iterator[pa.RecordBatch]:
        for batch in self._reader:
            for start in range(0, batch.num_rows, PIECE_ROWS):
                yield batch.slice(start, PIECE_ROWS)

    def _tables(self) -> Iterator[pa.Table]:
        waiting: list[pa.RecordBatch] = []
        rows = size = 0
        for batch in self._batches():
            waiting.append(batch)
            rows += batch.num_rows
            size += batch.nbytes
            if rows >= PIECE_ROWS or size >= PIECE_BYTES:
                yield pa.Table.from_batches(waiting)
                waiting, rows, size = [], 0, 0
        if rows:
            yield pa.Table.from_batches(waiting)
