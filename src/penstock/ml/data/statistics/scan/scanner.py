"""One pass over a data set that gives the state of all its columns."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from penstock.core.context import current_step
from penstock.core.error import DataError
from penstock.ml.data.connection import sql_error
from penstock.ml.data.dataset import Dataset
from penstock.ml.data.origin import ParquetFiles, SourceRows
from penstock.ml.data.source.parquet import ParquetSource
from penstock.ml.data.statistics.options import StatisticsOptions
from penstock.ml.data.statistics.scan.column_name import check_names
from penstock.ml.data.statistics.scan.cursor import Cursors
from penstock.ml.data.statistics.scan.dataset_collector import DatasetCollector
from penstock.ml.data.statistics.scan.feature_collector import Limits
from penstock.ml.data.statistics.scan.leaf import plain
from penstock.ml.data.statistics.scan.parquet_rows import ParquetRows
from penstock.ml.data.statistics.scan.piece import Piece, Rows, StreamRows
from penstock.ml.data.statistics.scan.row_slice import Slicer
from penstock.ml.data.statistics.scan.row_weight import check_weight_column, weights_of
from penstock.ml.data.statistics.scan.schema_feature import image_paths
from penstock.ml.data.statistics.state import DatasetState
from penstock.ml.data.stream import open_stream

Progress = Callable[[float, float, str], None]
"""Takes rows done, rows in all (0 where unknown) and a note; as `StepContext.report_progress`."""

Chosen = tuple[DatasetCollector, np.ndarray]
"""What collects a slice, and the places of its rows in ascending order."""

_REPORT_S = 0.2


@dataclass(frozen=True, slots=True)
class ScanSetting:
    """How to scan; nothing of it changes the answer, save limits.

    Parameters
    ----------
    num_threads : int
        0 for as many as there are cores for this process.
    progress : callable, optional
        By default that of the running step.
    limits : Limits
    """

    num_threads: int = 0
    progress: Progress | None = None
    limits: Limits = field(default_factory=Limits)


def scan(
    data: Any, options: StatisticsOptions | None = None, *, setting: ScanSetting | None = None
) -> tuple[DatasetState, ...]:
    """The state of a data set and of its slices.

    Parameters
    ----------
    data : Dataset, Source, or anything with ``__arrow_c_stream__``
        Parquet files are read by several threads at once; anything else is streamed, once.
    options : StatisticsOptions, optional
    setting : ScanSetting, optional

    Returns
    -------
    tuple of DatasetState
        All rows first, then the slices in the order of their names. It depends on the rows alone: not on their
        order, on files, row groups or batches, nor on the number of threads.

    Raises
    ------
    DataError
        If the data cannot be read or changes meanwhile, a name is empty or repeats, there is no column, a weight is
        no finite number from 0 up, or a slice does not fit the data.
    """
    rows = _open(data)
    check_names(rows.schema, where=rows.where)
    cursors = Cursors()
    try:
        return _Scan(rows, options or StatisticsOptions(), setting or ScanSetting(), cursors).run()
    except duckdb.Error as error:
        raise sql_error(error, rows.where) from error
    finally:
        cursors.close()


def _open(data: Any) -> Rows:
    paths = _parquet_files(data)
    if paths:
        return ParquetRows(paths)
    where = repr(data) if isinstance(data, Dataset) else f"a {type(data).__name__}"
    if hasattr(data, "fingerprint") and hasattr(data, "read"):
        where, data = str(data), data.read()
    count = len(data) if isinstance(data, (pa.Table, pa.RecordBatch)) else None
    return StreamRows(open_stream(data, where=where), count, where)


def _parquet_files(data: Any) -> tuple[Path, ...]:
    """The files behind a data set or a source, where all they do is to hold its rows."""
    origin = data._origin if isinstance(data, Dataset) else None
    if isinstance(origin, ParquetFiles):
        return origin.paths
    source = origin.source if isinstance(origin, SourceRows) else data
    if isinstance(source, ParquetSource) and not source.union_by_name:
        source.read().close()  # refuses files that do not belong together
        return source.files
    return ()


class _Scan:
    """A scan while it runs: what is collected, and how far it is."""

    def __init__(self, rows: Rows, options: StatisticsOptions, setting: ScanSetting, cursors: Cursors) -> None:
        self._rows = rows
        self._weight = options.weight
        self._bytes_paths = image_paths(options.schema)
        self._setting = setting
        self._cursors = cursors
        if options.weight:
            check_weight_column(rows.schema, options.weight, rows.where)
        self._slicer = Slicer(options, rows.schema, rows.where, cursors)
        self._lock = Lock()
        self._whole = self._collector("")
        self._slices = {name: self._collector(name) for name in self._slicer.names}

    def run(self) -> tuple[DatasetState, ...]:
        """Read everything, and tell the states."""
        needed = tuple(dict.fromkeys([*([self._weight] if self._weight else []), *self._slicer.columns]))
        num_threads = self._setting.num_threads or len(os.sched_getaffinity(0))
        with ThreadPoolExecutor(num_threads, thread_name_prefix="penstock-scan") as pool:
            self._count_all(self._told(self._rows.pieces(needed)), pool, num_threads)
            self._rows.check_unchanged()
            slices = [self._slices[name] for name in sorted(self._slices)]
            return tuple(collector.state(pool) for collector in (self._whole, *slices))

    def _told(self, pieces: Iterator[Piece]) -> Iterator[Piece]:
        """The pieces; what fails while a stream is read is told in our form."""
        try:
            yield from pieces
        except (pa.ArrowException, OSError) as error:
            raise DataError(
                f"reading failed: {str(error).splitlines()[0]}",
                where=self._rows.where,
                fix="check where the rows come from",
            ) from error

    def _count_all(self, pieces: Iterator[Piece], pool: Executor, num_threads: int) -> None:
        progress = _Throttled(self._setting.progress, self._rows)
        waiting: dict[Future[None], Piece] = {}
        try:
            for piece in pieces:
                waiting[pool.submit(self._count, piece)] = piece
                # One piece in waiting keeps every thread busy, and memory bounded.
                if len(waiting) > num_threads:
                    _settle(waiting, progress)
            while waiting:
                _settle(waiting, progress)
        finally:
            for future in waiting:
                future.cancel()

    def _count(self, piece: Piece) -> None:
        first = piece.first_row
        for table in piece.load():
            self._count_table(table, piece, first)
            first += table.num_rows

    def _count_table(self, table: pa.Table, piece: Piece, first_row: int) -> None:
        weights = None
        if self._weight:
            weights = weights_of(table.column(self._weight), first_row, f"{self._rows.where}, column '{self._weight}'")
        found = self._slicer.chosen(table)
        chosen = [(self._slice(name), places) for name, places in found.items() if places.size]
        if piece.columns[0] == self._rows.schema.names[0]:
            self._whole.add_rows(table.num_rows, weights)
            for collector, places in chosen:
                collector.add_rows(places.size, None if weights is None else weights[places])
        for name in piece.columns:
            with self._told_by_column(table.schema.field(name)):
                self._count_column(name, table.column(name), weights, chosen)

    def _count_column(
        self, name: str, column: pa.ChunkedArray, weights: np.ndarray | None, chosen: Sequence[Chosen]
    ) -> None:
        start = 0
        for chunk in column.chunks:
            values, end = plain(chunk), start + len(chunk)
            part = None if weights is None else weights[start:end]
            self._whole.add_column(name, values, part)
            for collector, places in chosen:
                inside = places[np.searchsorted(places, start) : np.searchsorted(places, end)] - start
                some = None if part is None else part[inside]
                collector.add_column(name, values.take(pa.array(inside)), some)
            start = end

    @contextmanager
    def _told_by_column(self, field: pa.Field) -> Iterator[None]:
        try:
            yield
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise DataError(
                f"column '{field.name}' ({field.type}) cannot be counted: {str(error).splitlines()[0]}",
                where=self._rows.where,
                fix="cast the column to a number, text, boolean, date, timestamp, list or struct",
            ) from error

    def _slice(self, name: str) -> DatasetCollector:
        with self._lock:
            if name not in self._slices:
                self._slicer.check_number([*self._slices, name])
                self._slices[name] = self._collector(name)
            return self._slices[name]

    def _collector(self, name: str) -> DatasetCollector:
        return DatasetCollector(
            name,
            self._rows.schema,
            self._cursors,
            self._setting.limits,
            is_weighted=bool(self._weight),
            bytes_paths=self._bytes_paths,
        )


class _Throttled:
    """Reports progress, not too often."""

    def __init__(self, progress: Progress | None, rows: Rows) -> None:
        step = current_step()
        self._progress = progress or (step.report_progress if step is not None else None)
        self._columns = max(len(rows.schema), 1)
        self._total = rows.num_rows or 0
        self._cells = 0
        self._last = time.monotonic()

    def add(self, piece: Piece) -> None:
        """A piece is done."""
        self._cells += piece.num_rows * len(piece.columns)
        now = time.monotonic()
        if self._progress is not None and now - self._last >= _REPORT_S:
            self._last = now
            self._progress(self._cells // self._columns, self._total, "rows")


def _settle(waiting: dict[Future[None], Piece], progress: _Throttled) -> None:
    """Wait for a piece; the first failure ends the scan."""
    done, _ = wait(waiting, return_when=FIRST_COMPLETED)
    for future in done:
        piece = waiting.pop(future)
        future.result()
        progress.add(piece)
