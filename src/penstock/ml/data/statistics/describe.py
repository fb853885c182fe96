"""Everything that was asked for of the rows of a data set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from penstock.ml.data.dataset import Dataset
from penstock.ml.data.statistics.cross_reader import CrossReader
from penstock.ml.data.statistics.custom_reader import CustomReader
from penstock.ml.data.statistics.exact_quantiles import QuantileReader, check_readable_again
from penstock.ml.data.statistics.options import StatisticsOptions
from penstock.ml.data.statistics.scan import Progress, ScanSetting, scan
from penstock.ml.data.statistics.scan.column_name import check_names
from penstock.ml.data.statistics.side_reader import SideReader, passing, read_beside
from penstock.ml.data.statistics.state import DatasetState
from penstock.ml.data.stream import open_stream


@dataclass(frozen=True, slots=True)
class Description:
    """What was found.

    Parameters
    ----------
    states : tuple of DatasetState
        All rows first, then the slices; crosses, and what the schema made count, are those of all rows.
    quantiles : mapping of str to tuple of float
        Percentiles by feature, where they were asked for.
    """

    states: tuple[DatasetState, ...]
    quantiles: Mapping[str, tuple[float, ...]] = field(default_factory=dict)


def describe(data: Any, options: StatisticsOptions, progress: Progress | None = None) -> Description:
    """Read the rows once, and once more for exact quantiles, and for the crosses or the schema of a data set.

    Parameters
    ----------
    data : Dataset, Source, or anything with ``__arrow_c_stream__``
    options : StatisticsOptions
    progress : callable, optional

    Raises
    ------
    DataError
        If the rows cannot be read, or an option does not fit them.
    """
    if options.exact_quantiles:
        check_readable_again(data)
    if isinstance(data, Dataset):
        return _of_dataset(data, options, progress)
    where, rows = f"a {type(data).__name__}", data
    readers: list[SideReader] = []
    if options.cross or options.schema is not None:
        stream = open_stream(_rows(data), where=where)
        readers = _readers(options, stream.schema, where)
        rows = passing(stream, readers)
    states = _with_results(scan(rows, options, setting=ScanSetting(progress=progress)), readers)
    if not options.exact_quantiles:
        return Description(states)
    quantiles = QuantileReader(states[0], where)
    if _is_source(data):
        read_beside(Dataset.from_source(data), [quantiles])
    else:
        for _ in passing(open_stream(data, where=where), [quantiles]):
            pass
    return Description(states, quantiles.quantiles())


def _of_dataset(data: Dataset, options: StatisticsOptions, progress: Progress | None) -> Description:
    """Two passes at most: all columns on several threads, then those that the readers look at."""
    readers = _readers(options, data.schema, repr(data))
    states = scan(data, options, setting=ScanSetting(progress=progress))
    quantiles = QuantileReader(states[0], repr(data)) if options.exact_quantiles else None
    read_beside(data, [*readers, quantiles] if quantiles is not None else readers)
    return Description(_with_results(states, readers), {} if quantiles is None else quantiles.quantiles())


def _readers(options: StatisticsOptions, schema: pa.Schema, where: str) -> list[SideReader]:
    check_names(schema, where=where)
    readers: list[SideReader] = [CrossReader(options, schema, where)] if options.cross else []
    return readers if options.schema is None else [*readers, CustomReader(options, schema, where)]


def _with_results(states: tuple[DatasetState, ...], readers: Sequence[SideReader]) -> tuple[DatasetState, ...]:
    whole, *slices = states
    for reader in readers:
        whole = reader.result(whole)
    return (whole, *slices)


def _rows(data: Any) -> Any:
    """The rows of a source; anything else as it is."""
    return data.read() if _is_source(data) else data


def _is_source(data: Any) -> bool:
    return hasattr(data, "fingerprint") and hasattr(data, "read")
