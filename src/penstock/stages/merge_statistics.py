"""Stage `merge_statistics`: statistics of parts become those of the whole."""

from __future__ import annotations

from penstock.core.error import DataError
from penstock.engine.authoring import step
from penstock.ml.data.statistics.statistics import Statistics


@step
def merge_statistics(parts: list[Statistics]) -> Statistics:
    """Merge statistics of parts, without reading their rows again.

    Parameters
    ----------
    parts : list of Statistics
        At least one; what `describe` gave for each, with the same weight, crosses and schema.

    Returns
    -------
    Statistics
        The same artifact as of all rows at once, in whatever order the parts come.

    Raises
    ------
    DataError
        If there is no part, one has no state (a file of another tool), or they do not fit together.
    """
    if not parts:
        raise DataError(
            "there are no statistics to merge", where="merge_statistics", fix="give those of one part or more"
        )
    first, *others = parts
    return first.merge(*others)
