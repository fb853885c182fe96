"""Stage `infer_schema`: what data of this kind must look like."""

from __future__ import annotations

from penstock.engine.authoring import step
from penstock.ml.data.schema.schema import Schema
from penstock.ml.data.statistics.statistics import Statistics


@step
def infer_schema(statistics: Statistics, *, numeric_bounds: bool = False, max_domain_size: int = 100) -> Schema:
    """Propose a schema that these data fit; read it, correct it, and keep it with the code.

    Parameters
    ----------
    statistics : Statistics
    numeric_bounds : bool
        Whether numbers must stay between the extremes that were seen.
    max_domain_size : int
        Texts with at most so many different values become a closed list.
    """
    from penstock.ml.data.schema.infer import infer_schema as infer

    return infer(statistics, numeric_bounds=numeric_bounds, max_string_domain_size=max_domain_size)
