"""What every kind of split is: a rule that gives each split as a query over the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from penstock.ml.data.dataset import Dataset


class Splitter(Protocol):
    """A rule that divides rows; the same rows in any order and layout of files give the same split."""

    def queries(self, data: Dataset) -> dict[str, str]:
        """A SELECT over ``this`` for each split, by its name; no row is in two of them."""


def split_dataset(data: Dataset, splitter: Splitter) -> dict[str, Dataset]:
    """The splits of a data set by name; each is read when asked for.

    Parameters
    ----------
    data : Dataset
    splitter : Splitter
        `HashSplit`, `TfxSplit`, `TimeSplit`, `StratifiedSplit`, `ColumnSplit`, or anything like them.

    Raises
    ------
    DataError
        If the rule does not fit the data.
    """
    return {name: data.sql(query) for name, query in splitter.queries(data).items()}
