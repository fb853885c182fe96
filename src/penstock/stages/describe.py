"""Stage `describe`: what is in the data."""

from __future__ import annotations

from typing import Any

from penstock.core.error import UsageError
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
    options: dict[str, Any] | None = None,
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
    options : dict, optional
        Further settings of `penstock.ml.data.statistics.StatisticsOptions` by name: ``{"exact_quantiles": True,
        "sql_slices": {"night": "hour < 6"}, "vocabularies": {"words": "words.txt"}, "semantic_domains": True}``.

    Returns
    -------
    Statistics
        The same rows in any order and layout of files give the same artifact.

    Raises
    ------
    DataError
        If a named column is not there, or a weight is missing or negative.
    UsageError
        If an option is unknown, or given twice.
    """
    from penstock.ml.data.statistics.options import StatisticsOptions

    given = {"weight": weight, "slices": slices, "cross": cross, "schema": schema}
    named = {name: value for name, value in given.items() if value not in (None, "", [])}
    for name in options or {}:
        if name in named:
            raise UsageError(f"{name} is given twice", where="stage 'describe'", fix=f"leave {name} out of the options")
    return Statistics.of(data, options=StatisticsOptions.of({**(options or {}), **named}))
