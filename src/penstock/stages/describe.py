"""Stage `describe`: what is in the data."""

from __future__ import annotations

from penstock.engine.authoring import step
from penstock.ml.data.dataset import Dataset
from penstock.ml.data.schema.schema import Schema
from penstock.ml.data.statistics.statistics import Statistics


@step
def describe(
    data: Dataset,
    schema: Schema | None = None,
    *,
    weight: str = "",
    slices: list[str] | None = None,
    cross: list[list[str]] | None = None,
) -> Statistics:
    """Compute statistics: types, missing values, distributions, most frequent values.

    Parameters
    ----------
    data : Dataset
    schema : Schema, optional
        Its sparse and weighted features, natural language and images are counted as such.
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
    message = schema.message if schema is not None else None
    options = StatisticsOptions(weight=weight, slices=tuple(slices or ()), cross=pairs, schema=message)
    return Statistics.of(data, options=options)
