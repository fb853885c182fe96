"""Stage `validate`: data that does not fit its schema goes no further."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, NamedTuple

from penstock.core.context import log_metrics
from penstock.engine.authoring import step
from penstock.ml.data.anomalies.anomalies import Anomalies
from penstock.ml.data.dataset import Dataset
from penstock.ml.data.schema.schema import Schema
from penstock.ml.data.statistics.statistics import Statistics


class Validation(NamedTuple):
    """The data, as they came, and what is wrong with them."""

    data: Dataset
    anomalies: Anomalies


@step
def load_schema(path: Path) -> Schema:
    """Read a schema that people keep: YAML, or TensorFlow Metadata's text or JSON, by the ending of its name."""
    return Schema.load(path)


@step
def validate(
    data: Dataset,
    schema: Schema,
    statistics: Statistics | None = None,
    previous: Statistics | None = None,
    *,
    environment: str = "",
    fail_on: Literal["error", "warning", "never"] = "error",
) -> Validation:
    """Check data against a schema; steps that take the data from here run only if it passes.

    What was found, with the first rows of each, stands in the step's log, too.

    Parameters
    ----------
    data : Dataset
    schema : Schema
    statistics : Statistics, optional
        Of the data; computed where not given.
    previous : Statistics, optional
        Of the span before: drift comparators of the schema apply.
    environment : str
        Where the data is used; the schema may say that a feature is absent there.
    fail_on : str
        The step fails on an ``error``, already on a ``warning``, or ``never``.

    Raises
    ------
    DataError
        If an anomaly is as severe as ``fail_on``; with the worst ones, and how to relax the schema.
    """
    from penstock.ml.data.anomalies import validate as check
    from penstock.ml.data.statistics.options import StatisticsOptions

    found = check(
        Statistics.of(data, options=StatisticsOptions(schema=schema.message)) if statistics is None else statistics,
        schema,
        environment=environment,
        previous=previous,
        data=data,
    )
    log_metrics({"errors": len(found.errors), "warnings": len(found.warnings)})
    if found.findings:
        print(found)  # noqa: T201 - the step's log is where people look first
    if fail_on != "never":
        found.raise_if(severity=fail_on)
    return Validation(data, found)
