"""Everything that was asked for of the rows of a data set."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from penstock.ml.data.dataset import Dataset
from penstock.ml.data.statistics.cross_reader import passing_crosses, read_crosses
from penstock.ml.data.statistics.options import StatisticsOptions
from penstock.ml.data.statistics.scan import Progress, ScanSetting, scan
from penstock.ml.data.statistics.state import DatasetState


def describe(data: Any, options: StatisticsOptions, progress: Progress | None = None) -> tuple[DatasetState, ...]:
    """The states of all rows and of the slices; crosses are those of all rows.

    Parameters
    ----------
    data : Dataset, Source, or anything with ``__arrow_c_stream__``
        A data set is read once more for its crosses; a stream once in all.
    options : StatisticsOptions
    progress : callable, optional

    Raises
    ------
    DataError
        If the rows cannot be read, or an option does not fit them.
    """
    setting = ScanSetting(progress=progress)
    if not options.cross:
        return scan(data, options, setting=setting)
    if isinstance(data, Dataset):
        crosses = read_crosses(data, options)
        whole, *slices = scan(data, options, setting=setting)
        return (replace(whole, crosses=crosses), *slices)
    is_source = hasattr(data, "fingerprint") and hasattr(data, "read")
    stream, reader = passing_crosses(data.read() if is_source else data, options)
    whole, *slices = scan(stream, options, setting=setting)
    return (replace(whole, crosses=reader.crosses), *slices)
