"""Everything that was asked for of the rows of a data set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from penstock.ml.data.dataset import Dataset
from penstock.ml.data.statistics.cross_reader import passing_crosses, read_crosses
from penstock.ml.data.statistics.custom_reader import passing_custom, read_custom
from penstock.ml.data.statistics.exact_quantiles import check_readable_again, exact_quantiles
from penstock.ml.data.statistics.options import StatisticsOptions
from penstock.ml.data.statistics.scan import Progress, ScanSetting, scan
from penstock.ml.data.statistics.state import DatasetState


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
    if not options.exact_quantiles:
        return Description(_states(data, options, progress))
    check_readable_again(data)
    states = _states(data, options, progress)
    return Description(states, exact_quantiles(data, states[0]))


def _states(data: Any, options: StatisticsOptions, progress: Progress | None) -> tuple[DatasetState, ...]:
    if options.schema is None:
        return _crossed(data, options, progress)
    if isinstance(data, Dataset):
        custom = read_custom(data, options)
        whole, *slices = _crossed(data, options, progress)
        return (replace(whole, custom=custom), *slices)
    stream, reader = passing_custom(_rows(data), options)
    whole, *slices = _crossed(stream, options, progress)
    return (replace(whole, custom=reader.states), *slices)


def _crossed(data: Any, options: StatisticsOptions, progress: Progress | None) -> tuple[DatasetState, ...]:
    setting = ScanSetting(progress=progress)
    if not options.cross:
        return scan(data, options, setting=setting)
    if isinstance(data, Dataset):
        crosses = read_crosses(data, options)
        whole, *slices = scan(data, options, setting=setting)
        return (replace(whole, crosses=crosses), *slices)
    stream, reader = passing_crosses(_rows(data), options)
    whole, *slices = scan(stream, options, setting=setting)
    return (replace(whole, crosses=reader.crosses), *slices)


def _rows(data: Any) -> Any:
    """The rows of a source; anything else as it is."""
    return data.read() if hasattr(data, "fingerprint") and hasattr(data, "read") else data
