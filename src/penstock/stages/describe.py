"""Stage `describe`: what is in the data."""

from __future__ import annotations

from penstock.engine.authoring import step
from penstock.ml.data.dataset import Dataset
from penstock.ml.data.statistics.statistics import Statistics


@step
def describe(
    data: Dataset,
    *,
    weight: str = "",
    slices: list[str] | None = None,
    cross: list[list[str]] | None = None,
) -> Statistics:
    """Compute statistics: types, missing values, distributions, most frequent values.

    Parameters
    ----------
    data : Dataset
    weight : str
        Column whose numbers weigh the rows; empty for none.
    slices : list of str, optional
        Columns each of whose values is described by itself, too.
    cross : list of pairs of str, optional
        Columns to relate.

    Returns
    -------
    Statistics
        The same rows in any order and layout of files give the same artifact.

    Raises
    ------
    DataError
        If a named column is not there, or a weight is missing or negative.
    """
    from penstock.ml.data.statistics.options import StatisticsOptions

    pairs = tuple((left, right) for left, right in cross or ())
    return Statistics.of(data, options=StatisticsOptions(weight=weight, slices=tuple(slices or ()), cross=pairs))
