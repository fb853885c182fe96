"""Statistics of a data set: computed, merged, saved, and shown as TFDV shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from penstock.core.canonical import digest_bytes
from penstock.core.error import DataError, NotFoundError, closest
from penstock.ml.data import json_file
from penstock.ml.data.statistics.options import StatisticsOptions

if TYPE_CHECKING:
    from penstock.ml.data.metadata.statistics import DatasetStatistics, FeatureStatistics, StatisticsList
    from penstock.ml.data.statistics.file import KeptDataset
    from penstock.ml.data.statistics.scan import Progress
    from penstock.ml.data.statistics.state import DatasetState
    from penstock.ml.report import Page

FILE_NAME = "statistics.json"
"""The file of a Statistics artifact."""

_IN_MEMORY = "statistics in memory"
_WHAT = "the statistics"


class Statistics:
    """What is known of the rows of a data set, and of its slices.

    Statistics are the exact state of a multiset of rows: in whatever order and in however many parts the rows come,
    the same rows give the same bytes, and statistics of parts merge into those of the whole.

    Parameters
    ----------
    states : sequence of DatasetState
        All rows first, then the slices.
    options : StatisticsOptions, optional
        Sizes of the lists and histograms that are shown.

    Attributes
    ----------
    quantiles : mapping of str to tuple of float
        Exact percentiles of numbers by feature, where they were asked for. They are no part of the state: merged
        statistics have none.

    See Also
    --------
    Statistics.of : statistics of rows.
    Statistics.load : statistics from a file.

    Examples
    --------
    ``Statistics.of(Dataset("trips.parquet")).feature("fare").num_stats.mean``
    """

    def __init__(self, states: Sequence[DatasetState], options: StatisticsOptions | None = None) -> None:
        self._states: tuple[DatasetState, ...] | None = tuple(states)
        self._options = options or StatisticsOptions()
        self._message: StatisticsList | None = None
        self._kept: tuple[KeptDataset, ...] | None = None
        self._where = _IN_MEMORY
        self.quantiles: Mapping[str, tuple[float, ...]] = {}

    @classmethod
    def of(cls, data: Any, *, options: StatisticsOptions | None = None, progress: Progress | None = None) -> Statistics:
        """Read the rows once and compute their statistics.

        Parameters
        ----------
        data : Dataset, Source, or anything with ``__arrow_c_stream__``
        options : StatisticsOptions, optional
            Weight, slices, crosses, and what is shown.
        progress : callable, optional
            Takes rows done, rows in all (0 where unknown) and a note; by default that of the running step.

        Raises
        ------
        DataError
            If the rows cannot be read, or an option names an unknown column.
        """
        from penstock.ml.data.statistics.describe import describe

        chosen = options or StatisticsOptions()
        found = describe(data, chosen, progress)
        statistics = cls(found.states, chosen)
        statistics.quantiles = found.quantiles
        return statistics

    @classmethod
    def load(cls, path: Path | str) -> Statistics:
        """Statistics from a file; one that TFDV wrote as JSON can be shown and compared, but not merged.

        Parameters
        ----------
        path : path
            The file, or the folder of a Statistics artifact.

        Raises
        ------
        DataError
            If there is no such file, or it is no JSON of statistics.
        """
        place = json_file.place_of(path, FILE_NAME)
        fix = "give a file that `Statistics.save` or `penstock data describe` wrote"
        data = json_file.read_file(place, _WHAT, fix=fix)
        loaded = cls.from_bytes(data, where=str(place))
        beside = _quantiles_beside(place)
        if beside.exists():
            from penstock.ml.data.statistics.exact_quantiles import read_quantiles

            loaded.quantiles = read_quantiles(beside, digest_bytes(data))
        return loaded

    @classmethod
    def from_bytes(cls, data: bytes, *, where: str = _IN_MEMORY) -> Statistics:
        """As `load`, from the file's content."""
        from penstock.ml.data.statistics import file

        loaded = cls(())
        loaded._message, loaded._kept = file.read(data, where=where)
        loaded._states = None if loaded._kept else ()
        loaded._where = where
        return loaded

    @property
    def states(self) -> tuple[DatasetState, ...]:
        """All rows first, then the slices; empty for a file of another tool, which has none.

        Raises
        ------
        DataError
            If the file's state is damaged.
        """
        from penstock.ml.data.statistics import file

        if self._states is None:
            self._states, self._options = file.states_of(self.message, self._kept or (), where=self._where)
        return self._states

    @property
    def message(self) -> StatisticsList:
        """The statistics in TensorFlow Metadata's form, with TFDV's semantics."""
        if self._message is None:
            from penstock.ml.data.statistics.view import view_list

            self._message = view_list(self.states, self._options)
        return self._message

    @property
    def dataset(self) -> DatasetStatistics:
        """Of all rows.

        Raises
        ------
        DataError
            If the file has no data set.
        """
        if not self.message.datasets:
            raise DataError("there are no statistics", where=self._where, fix="compute them from a data set")
        return self.message.datasets[0]

    @property
    def num_examples(self) -> int:
        """Number of rows."""
        return self.dataset.num_examples

    def feature(self, name: str) -> FeatureStatistics:
        """Statistics of one feature over all rows.

        Parameters
        ----------
        name : str
            The column's name; inside of structs the names on the way, joined by dots.

        Raises
        ------
        NotFoundError
            If there is none of that name.
        """
        by_name = {feature_name(feature): feature for feature in self.dataset.features}
        if name not in by_name:
            raise NotFoundError(
                f"there are no statistics of '{name}'; {closest(name, by_name)}",
                where=self._where,
                fix="use the name of a column",
            )
        return by_name[name]

    def merge(self, *others: Statistics) -> Statistics:
        """Statistics of the rows of all; the sizes of what is shown stay.

        Raises
        ------
        DataError
            If one has no state, is weighted where another is not, or a column's types have no common one.
        """
        from penstock.ml.data.statistics.merge import merge_lists

        parts = (self, *others)
        for part in parts:
            if not part.states:
                raise DataError(
                    "these statistics can only be shown: they carry no state",
                    where=part._where,
                    fix="compute them with Penstock from the data",
                )
        return Statistics(merge_lists([part.states for part in parts]), self._options)

    def to_bytes(self) -> bytes:
        """The content of the file: the same for the same rows, whatever way they came."""
        from penstock.ml.data.statistics import file

        if self._kept is None:
            self._kept = file.keep(self.states, self._options)
        return file.write(self.message, self._kept)

    def to_json(self) -> dict[str, Any]:
        """The view as plain JSON values, without the state."""
        from penstock.ml.data.metadata.message import to_json

        plain: dict[str, Any] = to_json(self.message)
        return plain

    def save(self, path: Path | str) -> None:
        """Write one JSON file that `load`, and the protocol buffers of TensorFlow Metadata, read.

        Exact quantiles go beside it: ``statistics.json`` has ``quantiles.json``, ``x.json`` has ``x.quantiles.json``.

        Raises
        ------
        DataError
            If the file cannot be written.
        """
        data = self.to_bytes()
        json_file.write_file(path, data, _WHAT)
        if self.quantiles:
            from penstock.ml.data.statistics.exact_quantiles import write_quantiles

            write_quantiles(self.quantiles, _quantiles_beside(Path(path)), digest_bytes(data))

    def __repr__(self) -> str:
        datasets = self.message.datasets
        if not datasets:
            return "Statistics(none)"
        slices = f", {len(datasets) - 1} slices" if len(datasets) > 1 else ""
        return f"Statistics({datasets[0].num_examples} examples, {len(datasets[0].features)} features{slices})"

    def page(self, *, title: str = "Statistics") -> Page:
        """A report: one panel per feature, slices over each other; `penstock.ml.report.render` makes the HTML."""
        from penstock.ml.data.statistics.statistics_page import slices_page

        return slices_page(self.message.datasets, title=title)

    def _repr_html_(self) -> str:
        from penstock.ml.report import frame

        return frame(self.page())


def _quantiles_beside(path: Path) -> Path:
    return path.with_name("quantiles.json" if path.name == FILE_NAME else f"{path.stem}.quantiles.json")


def feature_name(feature: FeatureStatistics) -> str:
    """A feature's name, or the steps of its path joined by dots."""
    return feature.name or str(feature.path or "")
